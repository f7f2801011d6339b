import { zipOf } from './zip-file.ts';

const text = (files: Readonly<Record<string, string>>) =>
  zipOf(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)])));

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

function contentTypes(part: string, type: string): string {
  return `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
}

function relations(of: Readonly<Record<string, readonly [type: string, target: string, mode?: string]>>): string {
  const rows = Object.entries(of).map(
    ([id, [type, target, mode]]) =>
      `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"${mode ? ` TargetMode="${mode}"` : ''}/>`,
  );
  return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows.join('')}</Relationships>`;
}

/** A Word document with this body (WordprocessingML), and further parts. */
export function docxOf(body: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return text({
    '[Content_Types].xml': contentTypes('word/document.xml', 'wordprocessingml.document'),
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w" xmlns:r="r"><w:body>${body}</w:body></w:document>`,
    'word/_rels/document.xml.rels': relations({ rId1: ['hyperlink', 'https://example.org/menu', 'External'] }),
    ...more,
  });
}

export interface SheetFile {
  readonly name: string;
  /** SpreadsheetML rows. */
  readonly rows: string;
  readonly state?: string;
}

/** A workbook with these sheets; shared texts by their number, styles as `cellXfs` number formats. */
export function xlsxOf(sheets: readonly SheetFile[], shared: readonly string[] = [], formats: readonly number[] = [0]): Buffer {
  const targets = Object.fromEntries(sheets.map((_, at) => [`rId${at + 1}`, ['worksheet', `worksheets/sheet${at + 1}.xml`] as const]));
  const named = sheets.map(
    ({ name, state }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${state ? ` state="${state}"` : ''}/>`,
  );
  return text({
    '[Content_Types].xml': contentTypes('xl/workbook.xml', 'spreadsheetml.sheet'),
    'xl/workbook.xml': `<workbook xmlns:r="r"><sheets>${named.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations({ ...targets, s: ['sharedStrings', 'sharedStrings.xml'], t: ['styles', '/xl/styles.xml'] }),
    'xl/sharedStrings.xml': `<sst>${shared.map((each) => `<si><t>${each}</t></si>`).join('')}</sst>`,
    'xl/styles.xml': `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="0.00 &quot;days&quot;"/></numFmts><cellXfs>${formats.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`,
    ...Object.fromEntries(
      sheets.map(({ rows }, at) => [`xl/worksheets/sheet${at + 1}.xml`, `<worksheet><sheetData>${rows}</sheetData></worksheet>`]),
    ),
  });
}

export interface SlideFile {
  readonly title: string;
  readonly lines: readonly string[];
  readonly notes?: string;
}

const shape = (kind: string, lines: readonly string[]) =>
  `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:txBody>${lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sp>`;

/** A presentation; its files are numbered against the order in which they are shown. */
export function pptxOf(slides: readonly SlideFile[]): Buffer {
  const file = (at: number) => slides.length - at;
  const targets = Object.fromEntries(slides.map((_, at) => [`rId${at + 1}`, ['slide', `slides/slide${file(at)}.xml`] as const]));
  const parts = slides.flatMap(({ title, lines, notes }, at): [string, string][] => [
    [
      `ppt/slides/slide${file(at)}.xml`,
      `<p:sld xmlns:p="p" xmlns:a="a">${shape('title', [title])}${shape('body', lines)}${shape('sldNum', ['99'])}</p:sld>`,
    ],
    ...(notes === undefined
      ? []
      : ([
          [`ppt/slides/_rels/slide${file(at)}.xml.rels`, relations({ n: ['notesSlide', `../notesSlides/notes${file(at)}.xml`] })],
          [`ppt/notesSlides/notes${file(at)}.xml`, `<p:notes xmlns:p="p" xmlns:a="a">${shape('body', [notes])}</p:notes>`],
        ] satisfies [string, string][])),
  ]);
  return text({
    '[Content_Types].xml': contentTypes('ppt/presentation.xml', 'presentationml.presentation'),
    'ppt/presentation.xml': `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>${slides.map((_, at) => `<p:sldId r:id="rId${at + 1}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(targets),
    ...Object.fromEntries(parts),
  });
}

/** A book whose chapters are these pages (XHTML bodies). `locked`: its chapters are named as encrypted. */
export function epubOf(chapters: readonly string[], locked = false): Buffer {
  const names = chapters.map((_, at) => `ch ${at + 1}.xhtml`);
  return text({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf': `<package><manifest>${names.map((name, at) => `<item id="c${at}" href="${encodeURIComponent(name)}"/>`).join('')}</manifest><spine>${names.map((_, at) => `<itemref idref="c${at}"/>`).join('')}</spine></package>`,
    ...Object.fromEntries(names.map((name, at) => [`OEBPS/${name}`, `<html><body>${chapters[at]}</body></html>`])),
    ...(locked
      ? {
          'META-INF/encryption.xml': `<encryption>${names.map((name) => `<CipherReference URI="OEBPS/${encodeURIComponent(name)}"/>`).join('')}</encryption>`,
        }
      : {}),
  });
}

/** A PDF with lines of text on each page, each drawn `times`. `locked`: as a password makes it. */
export function pdfOf(pages: readonly string[], locked = false, times = 1): Buffer {
  const objects: string[] = [];
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
  objects.push('<< /Type /Catalog /Pages 2 0 R >>');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (const [at, line] of pages.entries()) {
    const drawn =
      line === ''
        ? ''
        : line
            .split('\n')
            .map((row, up) => `BT /F1 12 Tf 72 ${720 - up * 20} Td (${row.replace(/[()\\]/g, '\\$&')}) Tj ET\n`.repeat(times))
            .join('\n');
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
    );
    objects.push(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`);
  }
  const encryption = locked
    ? `/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <${'a1'.repeat(32)}> /U <${'b2'.repeat(32)}> >> /ID [<00112233> <00112233>]`
    : '';
  let body = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${encryption} >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body, 'latin1');
}
