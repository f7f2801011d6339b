/** The style of an exported page: the page's own inks and measure, with faces that every system has. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b231e; --quiet: #5c665f; --pane: #fbfcfa; --well: #f0f1ec; --line: #d5d9d3; --link: #1f5740; --outside: #7a5fa8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ece8; --quiet: #a3ada6; --pane: #171b19; --well: #202624; --line: #3a423d; --link: #b4dcc6; --outside: #bda6e6; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--pane); color: var(--ink); font: 1rem/1.6 Georgia, 'Times New Roman', serif; overflow-wrap: anywhere; }
main, header { max-width: 44rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
main { padding-bottom: 4rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; }
h2, summary, .said, .meta, .note, table { font-family: system-ui, sans-serif; }
h2 { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); margin: 2.25rem 0 0.5rem; }
h3 { font-size: 1.25rem; line-height: 1.4; margin: 1.5rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
.meta, .note, summary { font-size: 0.875rem; color: var(--quiet); }
.said { background: var(--well); border-radius: 8px; padding: 0.75rem 1rem; font-size: 0.9375rem; white-space: pre-wrap; }
a { color: var(--link); }
pre, code { font-family: ui-monospace, monospace; font-size: 0.8125rem; }
pre { background: var(--well); border-radius: 8px; padding: 0.75rem 1rem; overflow: auto; white-space: pre-wrap; line-height: 1.5; margin: 0.75rem 0; }
blockquote { margin: 0.75rem 0; padding-left: 1rem; border-left: 2px solid var(--line); color: var(--quiet); }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
.table { overflow: auto; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { text-align: left; padding: 0.375rem 1rem 0.375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
details { margin: 0.5rem 0; }
details.outside { border: 1px dashed var(--outside); border-radius: 8px; padding: 0.25rem 0.75rem; }
summary { cursor: pointer; }
`;
