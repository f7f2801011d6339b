import type { JsonSchema } from '../../core/tools/tool.ts';

/**
 * The JSON schemas of the default tools' inputs, by the tool's name, where they are ready-made. Here none is: they are made when they are
 * asked for. The bundle has all of them (scripts/build.mjs puts them in), for making them would cost a tenth of every start.
 */
export const INPUT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {};
