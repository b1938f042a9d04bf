// Applies the transformations of a panel to Prometheus' answers as Grafana does, with Grafana's own code.
// Input (JSON), a list: {transformations, frames: [{refId, result}]}, where `result` is that of an instant query.
// Output (JSON): for each, the tables, which are lists of rows by the name of the column.
globalThis.window = {};  // the package reads feature toggles from it
const { FieldType, getFieldDisplayName, standardTransformers, standardTransformersRegistry, toDataFrame, transformDataFrame } = require('@grafana/data');
const { lastValueFrom } = require('rxjs');

standardTransformersRegistry.setInit(() => [...new Map(Object.values(standardTransformers).map((known) => [known.id, known])).values()]
  .map((known) => ({ id: known.id, name: known.name, transformation: known, editor: () => null })));

function frame({ refId, result }, one) {
  if (!result.length) return toDataFrame({ refId, fields: [] });
  const labels = [...new Set(result.flatMap((series) => Object.keys(series.metric)))].sort();
  return toDataFrame({ refId, fields: [
    { name: 'Time', type: FieldType.time, values: result.map((series) => series.value[0] * 1000) },
    ...labels.map((label) => ({ name: label, type: FieldType.string, values: result.map((series) => series.metric[label] ?? '') })),
    { name: one ? 'Value' : `Value #${refId}`, type: FieldType.number, values: result.map((series) => parseFloat(series.value[1])) },
  ] });
}

const rows = (table) => Array.from({ length: table.length }, (_, row) => Object.fromEntries(table.fields.map((field) => [getFieldDisplayName(field, table, [table]), field.values[row] ?? null])));

async function tables({ transformations, frames }) {
  const made = frames.map((each) => frame(each, frames.length === 1));
  return (await lastValueFrom(transformDataFrame(transformations, made, { interpolate: (value) => value }))).map(rows);
}

let text = '';
process.stdin.on('data', (part) => { text += part; }).on('end', async () => {
  process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(text).map(tables))));
});
