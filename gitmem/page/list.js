"use strict";
// A list that holds only the rows in sight.  Rows may have any height: it is guessed, then measured.

class VirtualList {
  constructor(scroller, holder, guess, draw) {
    Object.assign(this, { scroller, holder, guess, draw, rows: [], shown: new Map() });
    this.tops = new Float64Array(1);
    this.heights = new Float64Array(0);
    scroller.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => { this.forget(); this.soon(); }).observe(scroller);
  }

  show(rows) {
    this.rows = rows;
    this.forget();
    this.clear();
    this.scroller.scrollTop = 0;
    this.paint();
  }

  forget() {
    this.heights = Float64Array.from(this.rows, this.guess);
    this.isMeasured = new Uint8Array(this.rows.length);
    this.sum(0);
  }

  sum(from) {
    const { rows, heights } = this;
    if (this.tops.length !== rows.length + 1) {
      this.tops = new Float64Array(rows.length + 1);
      from = 0;
    }
    for (let n = from; n < rows.length; n += 1) this.tops[n + 1] = this.tops[n] + heights[n];
    this.holder.style.height = `${this.tops[rows.length]}px`;
  }

  soon() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => { this.waits = false; this.paint(); });
  }

  at(y) {
    let low = 0, high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  clear() {
    this.shown.clear();
    this.holder.replaceChildren();
  }

  redraw(n) {
    const old = this.shown.get(n);
    if (!old) return;
    const fresh = this.element(n);
    old.replaceWith(fresh);
    this.shown.set(n, fresh);
  }

  element(n) {
    const element = this.draw(this.rows[n], n);
    element.classList.add("row");
    return element;
  }

  paint() {
    const height = this.scroller.clientHeight;
    if (!height && this.rows.length) return;
    // What is above the first row in sight may turn out higher or lower: that row stays in place.
    for (let round = 0; round < 4; round += 1) {
      const top = this.scroller.scrollTop;
      const anchor = this.at(top);
      const within = top - this.tops[anchor];
      const first = this.at(Math.max(0, top - 400));
      const last = Math.min(this.rows.length - 1, this.at(top + height + 400));
      for (const [n, element] of this.shown) {
        if (n < first || n > last) { element.remove(); this.shown.delete(n); }
      }
      const fresh = [];
      for (let n = first; n <= last; n += 1) {
        if (!this.shown.has(n)) {
          const element = this.element(n);
          this.shown.set(n, element);
          this.holder.append(element);
        }
        if (!this.isMeasured[n]) fresh.push(n);
      }
      let lowest = -1;
      const measured = fresh.map((n) => this.shown.get(n).offsetHeight);
      fresh.forEach((n, place) => {
        this.isMeasured[n] = 1;
        if (measured[place] !== this.heights[n]) {
          this.heights[n] = measured[place];
          if (lowest < 0) lowest = n;
        }
      });
      if (lowest >= 0) this.sum(lowest);
      for (const [n, element] of this.shown) element.style.transform = `translateY(${this.tops[n]}px)`;
      if (lowest < 0 || lowest >= this.rows.length) break;
      if (lowest < anchor) this.scroller.scrollTop = this.tops[anchor] + within;
    }
  }

  reveal(n) {
    for (let round = 0; round < 3; round += 1) {
      const { scroller } = this;
      const top = this.tops[n], bottom = this.tops[n + 1];
      const margin = 60;
      if (top - margin < scroller.scrollTop) scroller.scrollTop = Math.max(0, top - margin);
      else if (bottom + 20 > scroller.scrollTop + scroller.clientHeight) {
        scroller.scrollTop = Math.min(top - margin, bottom + 20 - scroller.clientHeight);
      } else break;
      this.paint();
    }
  }

  // All rows at once, in the flow, for paper.
  unroll(most) {
    this.holder.replaceChildren(...this.rows.slice(0, most).map((_, n) => this.element(n)));
  }
}
