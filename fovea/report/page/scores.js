// Precision, recall and F1 of every class, sorted as the reader wants.
import { classes, run } from './data.js';
import { grouped, h, region, section } from './dom.js';

const HEADS = ['class', 'precision', 'recall', 'F1', 'pictures'];

export function scores() {
  const rows = run.report.classes.map((values, c) => [classes[c], ...values]);
  const body = h('tbody'), heads = [];
  let order = { column: -1, down: true };
  const number = (value, k) => (k === 4 ? grouped(value) : k === 0 ? value : value.toFixed(4));
  const line = (row, tag = 'td') => h('tr', {}, h('th', { scope: 'row' }, row[0]), ...row.slice(1).map((value, k) => h(tag, {}, number(value, k + 1))));
  const write = () => {
    const sorted = [...rows];
    if (order.column >= 0) sorted.sort((a, b) => (order.down ? -1 : 1) * (order.column === 0 ? a[0].localeCompare(b[0]) : a[order.column] - b[order.column]));
    body.replaceChildren(...sorted.map((row) => line(row)));
    heads.forEach((head, k) => head.setAttribute('aria-sort', k !== order.column ? 'none' : order.down ? 'descending' : 'ascending'));
  };
  HEADS.forEach((words, k) => heads.push(h('th', { scope: 'col' }, h('button', {
    type: 'button', click: () => { order = { column: k, down: order.column === k ? !order.down : k > 0 }; write(); },
  }, words))));
  write();
  return section('classes', 'Classes', region('Figures of every class', h('table', {},
    h('caption', {}, `Of the ${run.split} split, as scikit-learn's classification report counts.`),
    h('thead', {}, h('tr', {}, ...heads)), body, h('tfoot', {}, line(['mean', ...run.report.macro]), line(['weighted mean', ...run.report.weighted])))));
}
