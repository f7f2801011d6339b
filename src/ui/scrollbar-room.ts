/**
 * Tells the styles how much room is kept for a thin scrollbar here (none where it lies over the page), so that a list that scrolls and
 * the composer below it stand on the same edges.
 */
export function measureScrollbar(): void {
  const list = document.createElement('div');
  const inside = document.createElement('div');
  list.className = 'scroll unseen';
  list.style.cssText = 'width: 100px; height: 10px; padding: 0; overflow-y: auto';
  list.append(inside);
  document.body.append(list);
  const width = (list.offsetWidth - inside.offsetWidth) / 2;
  list.remove();
  document.documentElement.style.setProperty('--scrollbar', `${width}px`);
  // For the next start, before its first paint.
  localStorage.setItem('look:scrollbar', `${width}px`);
}
