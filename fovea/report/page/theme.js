// Light or dark: the system's, or what the reader chose.
import { h } from './dom.js';

const listeners = [];
export const onTheme = (listener) => listeners.push(listener);
export const isDark = () =>
  (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

export function themeButton() {
  const remembered = recall('fovea-theme');
  if (remembered) document.documentElement.dataset.theme = remembered;
  const words = () => (isDark() ? 'Light' : 'Dark');
  const changed = () => {
    button.textContent = words();
    listeners.forEach((listener) => listener());
  };
  const button = h('button', {
    type: 'button',
    click: () => {
      document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
      keep('fovea-theme', document.documentElement.dataset.theme);
      changed();
    },
  }, words());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  return button;
}

// The browser's own memory of this page, where it has one.
export function keep(key, value) {
  try { localStorage.setItem(key, value); } catch { /* a page of a file may have none */ }
}
export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}
