import { useState, type FormEvent } from 'react';
import type { ModelLine } from '../../../contract/views.ts';
import type { Price } from '../../../core/models/usage.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { loadModels } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { say } from '../../words/say.ts';

const FIELDS = [
  { key: 'input', label: say`Input` },
  { key: 'output', label: say`Output` },
  { key: 'cachedRead', label: say`Read from the cache` },
  { key: 'cachedWrite', label: say`Written to the cache` },
] as const;

type Figures = Record<(typeof FIELDS)[number]['key'], string>;

/** What a model costs, by the person's word. Costs are reckoned with it from the next step on. */
export function PriceDialog({ model, onClose }: { model: ModelLine; onClose: () => void }) {
  const { price } = model;
  const [figures, setFigures] = useState<Figures>(() => ({
    input: shown(price?.input),
    output: shown(price?.output),
    cachedRead: shown(price?.cachedRead),
    cachedWrite: shown(price?.cachedWrite),
  }));
  const [wrong, setWrong] = useState<string>();
  const send = async (given: Omit<Price, 'asOf' | 'isOwn'> | null, said: string) => {
    try {
      await api.models.setPrice({ id: model.id, price: given });
      tell(said);
      void loadModels().catch(() => undefined);
      onClose();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    }
  };
  const keep = (event: FormEvent) => {
    event.preventDefault();
    const given = pricesIn(figures);
    if (given === null) setWrong(say`Input and output are needed, each as US dollars such as 2.5; the others can be left empty.`);
    else void send(given, say`Kept. Costs are reckoned with it from the next step on`);
  };
  return (
    <Dialog title={say`What ${model.id} costs`} onClose={onClose}>
      <form onSubmit={keep}>
        <p>
          {say`In US dollars per million tokens.`}{' '}
          {price
            ? say`${price.isOwn ? say`You set this` : say`The table that comes with Glasshouse noted this`} on ${price.asOf}.`
            : say`None is known.`}
        </p>
        <div className="price-fields">
          {FIELDS.map(({ key, label }) => (
            <label key={key}>
              <span>{label}</span>
              <Field
                name={label}
                inputMode="decimal"
                value={figures[key]}
                placeholder={key === 'input' || key === 'output' ? '' : say`as input`}
                onChange={(event) => setFigures({ ...figures, [key]: event.target.value })}
              />
            </label>
          ))}
        </div>
        {wrong ? (
          <p className="harm" role="alert">
            {wrong}
          </p>
        ) : null}
        <DialogButtons>
          {price?.isOwn ? (
            <Button look="plain" onClick={() => void send(null, say`The shipped price holds again`)}>
              {say`Forget mine`}
            </Button>
          ) : null}
          <Button onClick={onClose}>{say`Cancel`}</Button>
          <Button type="submit" look="main">
            {say`Keep`}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function shown(figure: number | undefined): string {
  return figure === undefined ? '' : String(figure);
}

function pricesIn(figures: Figures): Omit<Price, 'asOf' | 'isOwn'> | null {
  const [input, output] = [dollarsIn(figures.input), dollarsIn(figures.output)];
  const [cachedRead, cachedWrite] = [dollarsIn(figures.cachedRead), dollarsIn(figures.cachedWrite)];
  if (typeof input !== 'number' || typeof output !== 'number' || cachedRead === null || cachedWrite === null) return null;
  return { input, output, ...(cachedRead === undefined ? {} : { cachedRead }), ...(cachedWrite === undefined ? {} : { cachedWrite }) };
}

/** Undefined: empty. Null: not a price. */
function dollarsIn(text: string): number | undefined | null {
  const said = text.trim().replace(/^\$/, '').replace(',', '.');
  if (said === '') return undefined;
  return /^\d{1,6}(?:\.\d{1,9})?$/.test(said) ? Number(said) : null;
}
