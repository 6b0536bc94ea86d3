// A search: its trials one after another, what their values have to do with their scores, and which parameters mattered.
import { data } from './data.js';
import { bar, figure, grouped, h, percent, plural, region, s, section } from './dom.js';

const WIDTH = 720, HEIGHT = 300, MARGIN = 46;

const study = data.study;
const better = study?.mode === 'min' ? (a, b) => a - b : (a, b) => b - a;
const scored = (study?.trials ?? []).filter((trial) => trial.score !== null);
const ranked = [...scored].sort((a, b) => better(a.score, b.score));
// 1 for the best, 0 for the worst.
const rank = new Map(ranked.map((trial, k) => [trial.id, ranked.length > 1 ? 1 - k / (ranked.length - 1) : 1]));
const shown = (value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : String(value));
const words = (trial) => `trial ${trial.id}: ${study.objective} ${trial.score === null ? trial.state : figure(trial.score)}; ${Object.entries(trial.values).map(([name, value]) => `${name} ${shown(value)}`).join(', ')}`;

// From 0 to 1; over several powers of ten by the logarithm.
function scale(values) {
  const decades = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 30;
  const of = decades ? Math.log : (v) => v;
  const low = of(Math.min(...values)), high = of(Math.max(...values));
  return (v) => (high > low ? (of(v) - low) / (high - low) : 0.5);
}

// Scores in the order of the trials, and the best so far.
function course() {
  const svg = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: '100%', role: 'img', 'aria-label': `${study.objective} of ${scored.length} trials; the best is ${figure(ranked[0].score)} of trial ${ranked[0].id}` });
  const up = scale(scored.map((trial) => trial.score));
  const x = (k) => MARGIN + (k / Math.max(scored.length - 1, 1)) * (WIDTH - MARGIN - 12), y = (score) => 12 + (1 - up(score)) * (HEIGHT - 12 - MARGIN);
  for (const score of [ranked[0].score, ranked.at(-1).score])
    svg.append(s('path', { class: 'grid', d: `M${MARGIN} ${y(score)}H${WIDTH - 12}` }), s('text', { x: MARGIN - 6, y: y(score) + 4, 'text-anchor': 'end' }, score.toFixed(3)));
  let best = scored[0].score, path = `M${x(0)} ${y(best)}`;
  scored.forEach((trial, k) => {
    if (better(trial.score, best) < 0) best = trial.score;
    path += `H${x(k)}V${y(best)}`;
  });
  svg.append(s('path', { d: path, fill: 'none', style: 'stroke: var(--accent); stroke-width: 2' }));
  scored.forEach((trial, k) => {
    const dot = s('circle', { cx: x(k), cy: y(trial.score), r: 3.5, style: 'fill: var(--faint)' });
    dot.append(s('title', {}, words(trial)));
    svg.append(dot);
  });
  svg.append(s('text', { x: (MARGIN + WIDTH) / 2, y: HEIGHT - 10, 'text-anchor': 'middle' }, 'trials in the order they were begun'));
  return svg;
}

// A line a trial through its values, one axis a parameter and the score at the end.
function coordinates() {
  const axes = study.parameters.map((name) => {
    const values = scored.map((trial) => trial.values[name]).filter((value) => value !== undefined && value !== null);
    const numbers = values.every((value) => typeof value === 'number');
    const kinds = [...new Set(values)].sort((a, b) => (numbers ? a - b : String(a).localeCompare(String(b))));
    const at = numbers && kinds.length > 6 ? scale(values) : (value) => (kinds.length > 1 ? kinds.indexOf(value) / (kinds.length - 1) : 0.5);
    return { name, of: (trial) => (trial.values[name] === undefined ? null : at(trial.values[name])), ends: numbers && kinds.length > 6 ? [kinds[0], kinds.at(-1)] : kinds, at };
  });
  const score = scale(scored.map((trial) => trial.score));
  axes.push({ name: study.objective, of: (trial) => score(trial.score), ends: [ranked.at(-1).score, ranked[0].score], at: score });
  const width = Math.max(WIDTH, axes.length * 120), x = (k) => 60 + (k * (width - 120)) / Math.max(axes.length - 1, 1), y = (v) => 40 + (1 - v) * (HEIGHT - 70);
  const svg = s('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width: '100%', style: `min-width: ${width * 0.7}px`, role: 'img', 'aria-label': `Values of ${axes.length - 1} parameters of ${scored.length} trials, one line each; the table below has them` });
  [...ranked].reverse().forEach((trial) => {
    const points = axes.map((axis, k) => [x(k), axis.of(trial)]).filter(([, v]) => v !== null).map(([at, v]) => `${at} ${y(v)}`);
    const line = s('path', { d: `M${points.join('L')}`, fill: 'none', style: `stroke: rgba(var(--heat), ${0.12 + 0.8 * rank.get(trial.id) ** 3}); stroke-width: ${trial === ranked[0] ? 3 : 1.5}` });
    line.append(s('title', {}, words(trial)));
    svg.append(line);
  });
  axes.forEach((axis, k) => {
    svg.append(s('path', { class: 'axis', d: `M${x(k)} ${y(0)}V${y(1)}` }), s('text', { x: x(k), y: 18, 'text-anchor': 'middle', style: 'font-weight: 600' }, axis.name));
    for (const end of axis.ends) svg.append(s('text', { x: x(k) + 5, y: y(axis.at(end)) + 4 }, shown(end)));
  });
  return region('Parallel coordinates', svg);
}

function importance() {
  const most = Math.max(...study.importance.map(([, share]) => share), 1e-9);
  return h('div', { class: 'bars' }, ...study.importance.flatMap(([name, share]) =>
    [h('span', { class: 'name' }, name), bar(share / most), h('span', {}, percent(share))]));
}

function trials() {
  const heads = ['trial', study.objective, 'epochs', ...study.parameters];
  const failed = study.trials.filter((trial) => trial.score === null);
  const row = (trial) => h('tr', {}, h('th', { scope: 'row' }, trial.id), h('td', {}, trial.score === null ? trial.reason || trial.state : figure(trial.score)), h('td', {}, grouped(trial.epochs)),
    ...study.parameters.map((name) => h('td', {}, trial.values[name] === undefined ? '–' : shown(trial.values[name]))));
  return h('details', {}, h('summary', {}, `All ${plural(study.trials.length, 'trial')}, the best first`), region('Trials',
    h('table', {}, h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', {}, ...[...ranked, ...failed].map(row)))));
}

export function search() {
  if (!study) return null;
  if (scored.length === 0) return section('study', 'Search', h('p', {}, 'No trial has a score yet.'));
  return section('study', 'Search',
    h('p', {}, `${study.algorithm}: ${plural(study.trials.length, 'trial')}, the best of them number ${ranked[0].id} with ${study.objective} ${figure(ranked[0].score)}. What follows below is its run.`),
    h('h3', {}, 'Course'), course(), h('h3', {}, 'Values and scores'), h('p', { class: 'faint' }, 'A line a trial; the darker, the better. Under the pointer a line says its values.'), coordinates(),
    study.importance.length > 0 ? [h('h3', {}, 'Which parameters mattered'), importance(), h('p', { class: 'faint small' }, study.importance_method)] : null, trials());
}
