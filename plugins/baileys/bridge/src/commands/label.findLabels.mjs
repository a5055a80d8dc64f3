import { labelsOf } from '../labels.mjs';
import { patience } from '../patience.mjs';

export default async function findLabels(context, command) {
  const labels = (await labelsOf(context, patience(command))).filter(({ deleted }) => !deleted);
  return {
    result: labels.map(({ color, name, id, predefinedId }) => ({ color: String(color), name, id, predefinedId: predefinedId == null ? null : String(predefinedId) })),
  };
}
