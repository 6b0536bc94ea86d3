// What the runs say together: the mean of their probabilities, and how they differ.
import { data, runs } from './data.js';
import { figure, h, percent, section, table } from './dom.js';

export function ensemble() {
  const all = data.ensemble;
  if (!all) return null;
  const names = runs.map((r) => r.name);
  const scores = [...runs.map((r) => [r.name, r.figures.accuracy, r.figures.loss, r.calibration.ece]), ['mean of all', all.accuracy, all.loss, all.ece]];
  const best = Math.max(...runs.map((r) => r.figures.accuracy));
  return section('ensemble', 'Together',
    h('p', {}, `The mean of their probabilities is right on ${percent(all.accuracy, 2)} of the ${runs[0].split} pictures, the best of them alone on ${percent(best, 2)}; one of them at least is right on ${percent(all.oracle_accuracy)}.`),
    h('div', { class: 'beside' },
      table('Each, and the mean of all.', ['', 'accuracy', 'loss', 'calibration error'], scores.map(([name, accuracy, loss, ece]) => [name, percent(accuracy, 2), figure(loss), percent(ece, 2)])),
      table('How often two take a picture for different classes.', ['', ...names], names.map((name, a) => [name, ...all.disagreement[a].map((share, b) => (a === b ? '–' : percent(share)))]))));
}
