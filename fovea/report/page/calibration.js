// Whether probabilities are what they say: the reliability diagram.
import { run } from './data.js';
import { figure, figures, grouped, h, percent, s, section } from './dom.js';

const SIZE = 320, LEFT = 44, BOTTOM = 40;

export function calibration() {
  const { bins, ece, brier, nll } = run.calibration;
  const x = (v) => LEFT + v * SIZE, y = (v) => 10 + (1 - v) * SIZE;
  const svg = s('svg', { viewBox: `0 0 ${LEFT + SIZE + 12} ${SIZE + BOTTOM + 12}`, width: '100%', style: 'max-width:26rem', role: 'img',
    'aria-label': `Reliability diagram: expected calibration error ${percent(ece)}` });
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(s('path', { class: 'grid', d: `M${x(0)} ${y(tick)}H${x(1)}` }), s('text', { x: LEFT - 8, y: y(tick) + 4, 'text-anchor': 'end' }, tick),
      s('text', { x: x(tick), y: y(0) + 18, 'text-anchor': 'middle' }, tick));
  }
  bins.forEach(([count, confidence, accuracy], k) => {
    if (count === 0) return;
    const left = x(k / bins.length) + 1, width = SIZE / bins.length - 2;
    const bar = s('rect', { class: 'bin', x: left, width, y: y(accuracy), height: accuracy * SIZE });
    bar.append(s('title', {}, `${grouped(count)} pictures: said ${percent(confidence)}, right ${percent(accuracy)}`));
    svg.append(bar, s('rect', { class: 'gapbar', x: left, width, y: y(Math.max(accuracy, confidence)), height: Math.abs(accuracy - confidence) * SIZE }));
  });
  svg.append(s('path', { class: 'diagonal', d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }), s('text', { x: x(0.5), y: y(0) + 36, 'text-anchor': 'middle' }, 'confidence'),
    s('text', { transform: `translate(12 ${y(0.5)}) rotate(-90)`, 'text-anchor': 'middle' }, 'accuracy'));
  const said = bins.reduce((sum, [count, confidence]) => sum + count * confidence, 0), right = bins.reduce((sum, [count, , accuracy]) => sum + count * accuracy, 0);
  const words = ece < 0.02 ? 'Its probabilities can be taken at their word.'
    : said > right ? 'It is surer than it is right: its probabilities are too high.' : 'It is more often right than it says: its probabilities are too low.';
  return section('calibration', 'Calibration', h('p', {}, words),
    h('div', { class: 'detail' }, svg, figures([['expected calibration error', percent(ece, 2)], ['Brier score', figure(brier)], ['negative log-likelihood', figure(nll)]],
      { style: 'align-content:start' })),
    h('p', { class: 'faint small' }, `${bins.length} bins of equal width by the probability of the predicted class; a bar is how often that was right, red is the way to the diagonal. The error is the mean of that way, weighted by pictures; Brier's score sums over classes.`));
}
