// Mistakes that the model is sure of, and labels that it doubts.
import { data, predictedOf, run } from './data.js';
import { h, plural, section } from './dom.js';
import { gallery } from './gallery.js';
import { mistakes } from './matrix.js';
import { mark, markOf } from './marks.js';

export function confidentMistakes() {
  const list = mistakes();
  return section('mistakes', 'Most confident mistakes', h('p', { class: 'faint' }, `Of the ${run.split} split, the surest first.`), gallery(list, run));
}

export function labelErrors() {
  const list = run.label_errors;
  if (!list) return null;
  const trained = list.some((i) => data.pictures.split[i] === 0);
  const take = h('button', { type: 'button', id: 'take-suggestions', click: () => list.forEach((i) => { if (!markOf(i)) mark(i, predictedOf(run, i)); }) }, `Take all ${plural(list.length, 'suggestion')}`);
  return section('labels', 'Probable label errors',
    h('p', {}, `${plural(run.label_errors_found, 'picture')} of all splits whose label the model contradicts with confidence`, run.label_errors_found > list.length ? `; the first ${list.length} are here` : '', '. ',
      h('span', { class: 'faint' }, 'Method: confident learning (Northcutt et al. 2021): a label is doubted where another class is at least as probable as it is on average for the pictures that bear its label; the largest margin comes first.')),
    trained ? h('p', { class: 'note' }, 'The model was trained on some of these labels, so it has learned part of them: what it still contradicts is the more suspect.') : null,
    run.figures.accuracy < 0.9 && list.length > 0 ? h('p', { class: 'note' }, 'The model is wrong too often to be believed at once: many of these are its own mistakes. Look at them before you take them.') : null,
    list.length > 0 ? h('div', { class: 'row controls' }, take) : null, gallery(list, run));
}
