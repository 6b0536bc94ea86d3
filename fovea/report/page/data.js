// What the program put into the page, and how it is asked for.

export const data = JSON.parse(document.getElementById('data').textContent);
export const runs = data.runs;
export const run = runs[0];
export const classes = data.classes;
export const pictures = data.pictures;
export const SPLITS = ['train', 'validation', 'test'];
export const TOP = data.top;  // classes a picture that are kept

// What run `r` says of picture i: its likeliest classes, the first first.
export function topOf(r, i) {
  const flat = r.predictions.top, list = [];
  for (let k = i * TOP; k < (i + 1) * TOP; ++k)
    list.push({ index: flat.classes[k], probability: flat.probabilities[k] / 10000 });
  return list;
}
export const predictedOf = (r, i) => r.predictions.top.classes[i * TOP];
export const confidenceOf = (r, i) => r.predictions.top.probabilities[i * TOP] / 10000;
export const labelOf = (i) => pictures.label[i];
export const isWrong = (r, i) => predictedOf(r, i) !== labelOf(i);
export const inReport = (i) => SPLITS[pictures.split[i]] === run.split;

// Pictures of the split that figures are of.
export const reported = pictures.label.map((_, i) => i).filter(inReport);

export const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
