// Pictures, cut from the sheets that the page holds them in.
import { bytesOf, pictures } from './data.js';
import { h } from './dom.js';

// An element that shows picture i.
export function shot(i) {
  const { sheets, columns, rows, cell } = pictures.sheets;
  const perSheet = columns * rows, place = i % perSheet, sheet = sheets[Math.floor(i / perSheet)];
  const rowsHere = Math.ceil(Math.min(perSheet, pictures.label.length - Math.floor(i / perSheet) * perSheet) / columns);
  const element = h('span', { class: cell <= 48 ? 'shot pixelated' : 'shot', 'aria-hidden': 'true' });
  element.style.backgroundImage = `url(${sheetUrl(sheet)})`;
  element.style.backgroundSize = `${100 * columns}% ${100 * rowsHere}%`;
  const along = (at, count) => (count > 1 ? (100 * at) / (count - 1) : 0);
  element.style.backgroundPosition = `${along(place % columns, columns)}% ${along(Math.floor(place / columns), rowsHere)}%`;
  return element;
}

// One object URL a sheet, made when it is first shown: short, where a data URL would stand in every element.
const urls = new Map();
function sheetUrl(sheet) {
  if (!urls.has(sheet)) {
    urls.set(sheet, URL.createObjectURL(new Blob([bytesOf(sheet)], { type: 'image/webp' })));
  }
  return urls.get(sheet);
}
