// The training's curves, epoch by epoch, by uPlot; of several runs one colour each.
import { runs } from './data.js';
import { cssColour, figure, h, section } from './dom.js';
import { onTheme } from './theme.js';

const COLOURS = ['--accent', '--bad', '--good', '--faint'];

function column(r, name) {
  const at = r.history.names.indexOf(name);
  return at < 0 ? null : r.history.epochs.map((row) => row[at]);
}

// A line: its name, epochs and values, colour and dashes.
function linesOf(name) {
  const lines = [];
  runs.forEach((r, k) => {
    const colour = COLOURS[k % COLOURS.length], before = runs.length > 1 ? `${r.name} ` : '';
    const epochs = column(r, 'epoch');
    for (const [prefix, words, dashed] of [['', 'training', true], ['val_', 'validation', false]]) {
      const values = column(r, prefix + name);
      if (values && values.some((v) => v !== null)) lines.push({ words: before + (name === 'learning_rate' ? 'learning rate' : words), epochs, values, colour, dashed, best: r.best_epoch });
    }
  });
  return lines;
}

function plotOf(name, lines, width) {
  const epochs = [...new Set(lines.flatMap((line) => line.epochs))].sort((a, b) => a - b);
  const rows = lines.map((line) => epochs.map((epoch) => line.values[line.epochs.indexOf(epoch)] ?? null));
  const ink = cssColour('--faint'), rule = cssColour('--rule');
  const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 }, font: '12px system-ui' };
  const bests = [...new Set(lines.map((line) => line.best).filter((best) => best > 0))];
  const drawBest = (plot) => {
    plot.ctx.save();
    plot.ctx.strokeStyle = ink;
    plot.ctx.setLineDash([2, 4]);
    for (const best of bests) {
      const x = Math.round(plot.valToPos(best, 'x', true)) + 0.5;
      plot.ctx.beginPath();
      plot.ctx.moveTo(x, plot.bbox.top);
      plot.ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
      plot.ctx.stroke();
    }
    plot.ctx.restore();
  };
  return {
    options: {
      width, height: 240, legend: { show: false }, scales: { x: { time: false, range: [Math.min(...epochs) - 0.2, Math.max(...epochs) + 0.2] } },
      axes: [{ ...axis, label: 'epoch', labelSize: 20, labelFont: '12px system-ui', incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }, { ...axis, size: 62, values: (_, splits) => splits.map((v) => Number(v.toPrecision(3))) }],
      series: [{}, ...lines.map((line) => ({
        label: line.words, stroke: cssColour(line.colour), width: 2, dash: line.dashed ? [5, 4] : undefined,
        points: { show: epochs.length < 25, size: 5 }, value: (_, v) => figure(v),
      }))],
      hooks: { draw: [drawBest] },
    },
    values: [epochs, ...rows],
  };
}

// One plot, drawn anew where the theme or the width changes; a table says the same to those who do not see it.
function panel(title, name) {
  const lines = linesOf(name);
  if (lines.length === 0) return null;
  const place = h('div', { role: 'img', 'aria-label': `${title} by epoch: ${lines.map((line) => `${line.words} ends at ${figure(line.values.at(-1))}`).join('; ')}` });
  let plot = null;
  const draw = () => {
    const width = Math.max(place.clientWidth, 260);
    plot?.destroy();
    const { options, values } = plotOf(name, lines, width);
    plot = new uPlot(options, values, place);
  };
  new ResizeObserver(() => { if (plot === null || Math.abs(plot.width - place.clientWidth) > 2) draw(); }).observe(place);
  onTheme(draw);
  const legend = h('div', { class: 'legend' }, ...lines.map((line) => {
    const stroke = h('i', line.dashed ? { class: 'dashed' } : {});
    stroke.style.borderColor = `var(${line.colour})`;
    return h('span', {}, stroke, line.words);
  }));
  return h('figure', { style: 'margin:0' }, h('figcaption', {}, h('h3', { style: 'margin-top:0' }, title)), place, legend);
}

export function curves() {
  const panels = [panel('Loss', 'loss'), panel('Accuracy', 'accuracy'), panel('Learning rate', 'learning_rate')].filter(Boolean);
  if (panels.length === 0) return null;
  const chosen = runs.map((r) => (r.best_epoch > 0 ? `${runs.length > 1 ? `${r.name}: ` : ''}epoch ${r.best_epoch}, chosen by ${r.monitor}` : null)).filter(Boolean);
  return section('curves', 'Training',
    chosen.length > 0 ? h('p', { class: 'faint' }, `The dotted line is the chosen epoch (${chosen.join('; ')}).`) : null,
    h('div', { class: 'curves' }, ...panels),
    ...runs.filter((r) => r.gap).map((r) => h('p', { class: 'note' }, runs.length > 1 ? h('b', {}, `${r.name}: `) : null, r.gap)));
}
