"use strict";
// The page of a take: two players with one play head, and the timeline under them. Nothing is loaded, nothing is kept.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const after = byId("after"), before = byId("before"), stage = byId("stage");
  const moving = before instanceof HTMLVideoElement ? before : null;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const times = data.times, frames = times.length;
  const period = frames > 1 ? (times[frames - 1] - times[0]) / (frames - 1) : 0.04;
  const end = Math.max(data.duration, times[frames - 1] + period);
  const DRIFT_S = 0.015, LOST_S = 0.25, CATCH_UP = 0.06;
  let speed = 1, heard = "after", unmuted = "after", wanted = null;

  // --- time ----------------------------------------------------------------------------------------------------------
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  /** Index of the last entry of a sorted list that is at most `value` by `key`; -1 where there is none. */
  function lastAtMost(list, value, key) {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (key(list[middle]) <= value) low = middle + 1; else high = middle;
    }
    return low - 1;
  }
  const frameAt = (t) => Math.max(0, lastAtMost(times, t + 1e-4, (x) => x));
  const startOf = (frame) => times[frame];
  const endOf = (frame) => frame + 1 < frames ? times[frame + 1] : end;
  /** A time inside a frame: a player that is asked for a frame's very edge may show the one before. */
  const insideOf = (frame) => startOf(frame) + 0.5 * Math.min(period, endOf(frame) - startOf(frame));
  const now = () => wanted === null ? after.currentTime : wanted;

  // --- players -------------------------------------------------------------------------------------------------------
  function seek(t) {
    const there = clamp(t, 0, Math.max(0, end - 1e-3));
    wanted = there;
    after.currentTime = there;
    if (moving) moving.currentTime = there;
    show();
  }
  const seekFrame = (frame) => seek(insideOf(clamp(frame, 0, frames - 1)));
  function step(count) {
    pause();
    seekFrame(frameAt(now()) + count);
  }
  function play() {
    if (after.ended || now() >= end - 0.6 * period) seek(0);
    if (moving) moving.currentTime = now();
    const started = [after.play()];
    if (moving) started.push(moving.play());
    Promise.all(started).catch((problem) => {
      if (problem.name !== "AbortError") byId("readout").textContent = "This browser cannot play the video.";
    });
  }
  function pause() {
    after.pause();
    if (moving) moving.pause();
  }
  const toggle = () => after.paused ? play() : pause();
  function setSpeed(value) {
    speed = value;
    after.playbackRate = value;
    if (moving) moving.playbackRate = value;
    check("speed", String(value));
  }
  function setSound(value) {
    heard = value;
    if (value !== "off") unmuted = value;
    after.muted = value !== "after";
    if (moving) moving.muted = value !== "before";
    check("sound", value);
  }
  function setView(value) {
    stage.dataset.layout = value;
    byId("wipe-control").hidden = value !== "wipe";
    check("view", value);
  }
  function setWipe(percent) {
    byId("wipe").value = percent;
    stage.style.setProperty("--at", percent + "%");
  }
  function check(name, value) {
    const choice = document.querySelector(`input[name="${name}"][value="${value}"]`);
    if (choice) choice.checked = true;
  }
  /** The plate's player follows the take's: a little faster or slower, or by a jump where it is lost. */
  function follow() {
    if (!moving || after.paused) return;
    const ahead = moving.currentTime - after.currentTime;
    if (Math.abs(ahead) > LOST_S) {
      moving.currentTime = after.currentTime;
    } else {
      const catching = Math.abs(ahead) > DRIFT_S ? -Math.sign(ahead) * CATCH_UP : 0;
      moving.playbackRate = speed * (1 + catching);
    }
    if (moving.paused && !moving.ended) moving.play().catch(() => {});
  }
  /** Browsers that do not take videos from data: URIs take them as blobs. */
  function rescue(video) {
    video.addEventListener("error", () => {
      if (!video.src.startsWith("data:")) return;
      const bytes = Uint8Array.from(atob(video.src.slice(video.src.indexOf(",") + 1)), (c) => c.charCodeAt(0));
      video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    }, { once: true });
  }

  // --- what is under the play head ------------------------------------------------------------------------------------
  function under(list, t, start, finish) {
    const entry = list[lastAtMost(list, t, (item) => item[start])];
    return entry && t < entry[finish] ? entry : null;
  }
  function described(t) {
    const frame = frameAt(t), told = [`Frame ${frame}, ${startOf(frame).toFixed(2)} s`];
    const word = under(data.words, t, 1, 2), phone = under(data.phones, t, 2, 3);
    if (word) told.push(`word “${word[0]}”`);
    if (phone) told.push(phone[0] === "sil" ? "silence" : `phone ${phone[0]}${phone[1] ? `, viseme ${phone[1]}` : ""}`);
    if (data.asked.length) told.push(`opening asked ${data.asked[frame].toFixed(3)}`);
    if (data.seen.length) told.push(data.seen[frame] === null ? "not seen" : `seen ${data.seen[frame].toFixed(3)}`);
    for (const [kind, first, count, reason] of data.bands) {
      if (kind !== "plate" && kind !== "far" && first <= frame && frame < first + count) told.push(reason);
    }
    return told.join(" · ");
  }
  function clock(t) {
    const whole = (s) => `${Math.floor(s / 60)}:${(s % 60).toFixed(2).padStart(5, "0")}`;
    return `${whole(t)} / ${whole(end)}`;
  }
  let drawnAt = -1;
  function show() {
    const t = now(), frame = frameAt(t), head = byId("head");
    head.value = frame;
    head.setAttribute("aria-valuetext", `${startOf(frame).toFixed(2)} seconds, frame ${frame} of ${frames}`);
    byId("clock").textContent = clock(t);
    if (frame !== drawnAt) byId("readout").textContent = described(t);
    drawnAt = frame;
    timeline.reveal(t);
    timeline.draw();
  }

  // --- timeline -------------------------------------------------------------------------------------------------------
  const ROWS = { ruler: 22, wave: 74, words: 26, phones: 24, visemes: 24, opening: 130, closures: 40, frames: 26 };
  const LABELS = { wave: "sound", words: "words", phones: "phones", visemes: "visemes", opening: "opening", closures: "p b m", frames: "frames" };
  const GAP = 3, HEIGHT = Object.values(ROWS).reduce((sum, height) => sum + height + GAP, -GAP);
  const LEAST_SPAN_S = 0.5, LEAST_TEXT_PX = 7, FIRST_PX_A_SECOND = 110, GUTTER = 88, NARROW = 600;
  const timeline = (() => {
    // The tracks are painted once a view, on a layer of their own; a frame that is shown costs a copy and the play head.
    const canvas = byId("timeline"), glass = canvas.getContext("2d");
    const layer = document.createElement("canvas"), pen = layer.getContext("2d");
    const wave = Int8Array.from(atob(data.wave), (c) => c.charCodeAt(0) << 24 >> 24);
    const highest = Math.max(0.05, (data.closed || 0) * 2, ...[0].concat(largest(data.asked), largest(data.seen)));
    let start = 0, span = 0, width = 0, gutter = GUTTER, colours = {}, hatch = null;

    function largest(list) {
      return list.reduce((most, value) => value !== null && value > most ? value : most, 0);
    }
    function palette() {
      const style = getComputedStyle(document.documentElement);
      for (const name of ["ink", "quiet", "line", "soft", "card", "asked", "seen", "wave", "head", "word", "phone", "viseme", "pass", "fail", "warn", "through"]) {
        colours[name] = style.getPropertyValue("--" + name).trim();
      }
      hatch = null;
    }
    function fit() {
      const scale = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
      width = box.width;
      gutter = width < NARROW ? 0 : GUTTER;
      canvas.width = layer.width = Math.round(box.width * scale);
      canvas.height = layer.height = Math.round(box.height * scale);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      glass.setTransform(scale, 0, 0, scale, 0, 0);
      if (!span && width) look(0, Math.max(3, width / FIRST_PX_A_SECOND)); else paint();
    }
    const x = (t) => gutter + (width - gutter) * (t - start) / span;
    const timeAt = (px) => start + span * (px - gutter) / (width - gutter);
    function font(size, weight = 400) {
      pen.font = `${weight} ${size}px system-ui, "Noto Sans", sans-serif`;
    }
    function paint() {
      if (!width || !span) return;
      pen.clearRect(0, 0, width, layer.height);
      let top = 0;
      for (const [row, height] of Object.entries(ROWS)) {
        pen.save();
        pen.beginPath();
        pen.rect(gutter, 0, width - gutter, 2000);
        pen.clip();
        painters[row](top, height);
        pen.restore();
        if (LABELS[row]) label(LABELS[row], top, height);
        top += height + GAP;
      }
      draw();
    }
    function draw() {
      if (!width || !span) return;
      glass.clearRect(0, 0, width, canvas.height);
      glass.drawImage(layer, 0, 0, layer.width, layer.height, 0, 0, width, layer.height / (layer.width / width));
      const at = x(now());
      if (at < gutter - 1 || at > width + 1) return;
      glass.fillStyle = colours.head;
      glass.fillRect(at - 1, 0, 2, HEIGHT);
      glass.beginPath();
      glass.moveTo(at - 6, 0);
      glass.lineTo(at + 6, 0);
      glass.lineTo(at, 8);
      glass.fill();
    }
    function label(words, top, height) {
      font(11, 600);
      pen.fillStyle = colours.quiet;
      pen.textBaseline = gutter ? "middle" : "top";
      pen.textAlign = "left";
      if (gutter) pen.fillText(words, 0, top + height / 2);
      else if (height > 60) pen.fillText(words, 2, top + 2);
    }
    function ruler(top, height) {
      const step = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600].find((s) => (width - gutter) * s / span >= 64) || 1800;
      font(11);
      pen.textBaseline = "middle";
      pen.textAlign = "center";
      for (let k = Math.ceil(start / step); k * step <= start + span; k++) {
        const at = x(k * step);
        pen.fillStyle = colours.line;
        pen.fillRect(at, height - 5, 1, 2000);
        pen.fillStyle = colours.quiet;
        const text = step < 1 ? (k * step).toFixed(step < 0.1 ? 2 : 1) : String(k * step);
        pen.fillText(text + " s", Math.max(at, gutter + 14), top + height / 2 - 2);
      }
    }
    function waveform(top, height) {
      const middle = top + height / 2, half = height / 2 - 2, rate = data.wave_rate, pairs = wave.length / 2;
      pen.fillStyle = colours.wave;
      for (let px = Math.floor(gutter); px < width; px++) {
        const first = Math.max(0, Math.floor(timeAt(px) * rate));
        const last = Math.min(pairs, Math.max(first + 1, Math.floor(timeAt(px + 1) * rate)));
        let low = 0, high = 0;
        for (let k = first; k < last; k++) {
          low = Math.min(low, wave[2 * k]);
          high = Math.max(high, wave[2 * k + 1]);
        }
        pen.fillRect(px, middle - high / 127 * half, 1, Math.max(1, (high - low) / 127 * half));
      }
      if (!pairs) missing("no sound", top, height);
    }
    function missing(words, top, height) {
      font(12);
      pen.fillStyle = colours.quiet;
      pen.textBaseline = "middle";
      pen.textAlign = "left";
      pen.fillText(words, gutter + 8, top + height / 2);
    }
    /** Entries [.., start, end] of a sorted list that lie in view. */
    function* inView(list, from, to) {
      for (let k = Math.max(0, lastAtMost(list, start, (item) => item[from])); k < list.length; k++) {
        if (list[k][from] > start + span) return;
        if (list[k][to] >= start) yield list[k];
      }
    }
    function cells(list, from, to, text, colour, size, sure) {
      return (top, height) => {
        font(size);
        pen.textBaseline = "middle";
        pen.textAlign = "center";
        for (const item of inView(list(), from, to)) {
          const words = text(item);
          if (!words) continue;
          const left = x(item[from]), right = x(item[to]);
          pen.globalAlpha = sure(item) < 0.5 ? 0.6 : 1;
          pen.fillStyle = colours[colour];
          if (right - left < LEAST_TEXT_PX) {
            pen.fillRect(left, top + 1, Math.max(0.5, right - left - 0.5), height - 2);
            pen.globalAlpha = 1;
            continue;
          }
          pen.beginPath();
          pen.roundRect(left + 0.5, top + 1, Math.max(1, right - left - 1), height - 2, 3);
          pen.fill();
          pen.globalAlpha = 1;
          if (pen.measureText(words).width > right - left - 2) continue;
          pen.fillStyle = colours.ink;
          pen.fillText(words, (left + right) / 2, top + height / 2 + 0.5);
        }
      };
    }
    function line(values, y, colour, dashes) {
      pen.strokeStyle = colours[colour];
      pen.lineWidth = 2;
      pen.lineJoin = "round";
      pen.setLineDash(dashes);
      pen.beginPath();
      let drawing = false;
      const last = Math.min(frames - 1, frameAt(start + span) + 1);
      for (let frame = Math.max(0, frameAt(start) - 1); frame <= last; frame++) {
        const value = values[frame];
        if (value === null || value === undefined) { drawing = false; continue; }
        const px = x(startOf(frame) + period / 2);
        if (drawing) pen.lineTo(px, y(value)); else pen.moveTo(px, y(value));
        drawing = true;
      }
      pen.stroke();
      pen.setLineDash([]);
    }
    function opening(top, height) {
      const y = (value) => top + height - 6 - (height - 14) * value / highest;
      pen.fillStyle = colours.soft;
      pen.fillRect(gutter, top, width - gutter, height);
      if (!data.seen.length) return missing("not kept in this timeline", top, height);
      if (data.closed !== null) {
        pen.fillStyle = colours.quiet;
        for (let px = gutter; px < width; px += 5) pen.fillRect(px, y(data.closed), 2, 1.5);
      }
      line(data.asked, y, "asked", [6, 4]);
      line(data.seen, y, "seen", []);
      pen.restore();  // the scale stands in the gutter, which is clipped away
      pen.save();
      scale(y);
    }
    function scale(y) {
      font(10);
      pen.fillStyle = colours.quiet;
      pen.textAlign = gutter ? "right" : "left";
      pen.textBaseline = "middle";
      const step = [0.02, 0.05, 0.1, 0.2].find((size) => highest / size <= 5) || 0.5;
      for (let k = 0; k * step <= highest; k++) {
        const level = k * step;
        pen.fillText(k ? level.toFixed(2) : "0", gutter ? gutter - 5 : 2, y(level));
      }
    }
    /** Shut: a filled triangle down. Open: a cross. Not seen: a ring. */
    function closures(top, height) {
      const middle = top + height / 2;
      for (const [ipa, from, to, state] of inView(data.closures, 1, 2)) {
        const at = x((from + to) / 2), colour = [colours.quiet, colours.fail, colours.pass][state + 1];
        pen.fillStyle = pen.strokeStyle = colour;
        pen.globalAlpha = 0.25;
        pen.fillRect(x(from), top + 2, Math.max(2, x(to) - x(from)), height - 4);
        pen.globalAlpha = 1;
        pen.lineWidth = 2.5;
        pen.beginPath();
        if (state === 1) {
          pen.moveTo(at - 6, middle - 11); pen.lineTo(at + 6, middle - 11); pen.lineTo(at, middle - 1); pen.fill();
        } else if (state === 0) {
          pen.moveTo(at - 5, middle - 11); pen.lineTo(at + 5, middle - 1);
          pen.moveTo(at + 5, middle - 11); pen.lineTo(at - 5, middle - 1); pen.stroke();
        } else {
          pen.arc(at, middle - 6, 4.5, 0, 7); pen.stroke();
        }
        font(11, 600);
        pen.textAlign = "center";
        pen.textBaseline = "alphabetic";
        pen.fillStyle = colours.ink;
        pen.fillText(ipa, at, middle + 14);
      }
    }
    function bands(top, height) {
      pen.fillStyle = colours.soft;
      pen.fillRect(gutter, top + 4, width - gutter, height - 8);
      for (const [kind, first, count] of data.bands) {
        if (first >= frames) continue;
        const left = x(startOf(first)), right = x(endOf(Math.min(frames - 1, first + count - 1)));
        if (right < gutter || left > width) continue;
        if (kind === "pass") { pen.fillStyle = hatched(); pen.fillRect(left, top + 4, right - left, height - 8); }
        if (kind === "plate" || kind === "fade") { pen.fillStyle = colours.line; pen.fillRect(left, top + 8, right - left, height - 16); }
        if (kind === "far") { pen.fillStyle = colours.through; pen.fillRect(left, top + height - 8, Math.max(2, right - left), 3); }
        if (kind === "flag") { pen.fillStyle = colours.warn; pen.fillRect(left, top + 4, Math.max(2, right - left), 7); }
      }
    }
    function hatched() {
      if (hatch) return hatch;
      const tile = document.createElement("canvas"), stroke = tile.getContext("2d");
      tile.width = tile.height = 8;
      stroke.strokeStyle = colours.through;
      stroke.lineWidth = 2;
      for (const k of [-8, 0, 8]) { stroke.moveTo(k, 8); stroke.lineTo(k + 8, 0); }
      stroke.stroke();
      return hatch = pen.createPattern(tile, "repeat");
    }
    const painters = {
      ruler,
      wave: waveform,
      words: (top, height) => data.words.length
        ? cells(() => data.words, 1, 2, (w) => w[0], "word", 12, (w) => w[3])(top, height)
        : missing("the words are not known", top, height),
      phones: cells(() => data.phones, 2, 3, (p) => p[0] === "sil" ? "" : p[0], "phone", 12, (p) => p[4]),
      visemes: cells(() => data.phones, 2, 3, (p) => p[1] === "sil" ? "" : p[1], "viseme", 11, (p) => p[4]),
      opening, closures, frames: bands,
    };

    function look(first, length) {
      span = clamp(length, Math.min(LEAST_SPAN_S, end), end);
      start = clamp(first, 0, end - span);
      const pan = byId("pan");
      pan.parentElement.hidden = span >= end - 1e-6;
      if (document.activeElement !== pan) pan.value = end > span ? 1000 * start / (end - span) : 0;
      paint();
    }
    const zoom = (factor) => look(now() - span * factor * (now() - start) / span, span * factor);
    function reveal(t) {
      if (dragging || !span || (t >= start && t <= start + span)) return;
      look(t - (after.paused ? span / 2 : 0.05 * span), span);
    }
    let dragging = false;
    const drag = (event) => seek(clamp(timeAt(event.offsetX), start, start + span));
    canvas.addEventListener("pointerdown", (event) => {
      dragging = true;
      canvas.setPointerCapture(event.pointerId);
      drag(event);
    });
    canvas.addEventListener("pointermove", (event) => { if (dragging) drag(event); });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { dragging = false; });
    canvas.addEventListener("wheel", (event) => {
      const along = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.25 : 0.8);
      } else if (along && span < end) {
        event.preventDefault();
        look(start + along / width * span, span);
      }
    }, { passive: false });
    byId("zoom-in").addEventListener("click", () => zoom(0.5));
    byId("zoom-out").addEventListener("click", () => zoom(2));
    byId("zoom-all").addEventListener("click", () => look(0, end));
    byId("pan").addEventListener("input", (event) => look(event.target.value / 1000 * (end - span), span));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { palette(); paint(); });
    palette();
    new ResizeObserver(fit).observe(canvas);
    fit();
    return { draw, reveal };
  })();

  // --- hands ----------------------------------------------------------------------------------------------------------
  const KEYS = {
    " ": toggle, ",": () => step(-1), ".": () => step(1), ArrowLeft: () => seek(now() - 1), ArrowRight: () => seek(now() + 1),
    Home: () => seekFrame(0), End: () => seekFrame(frames - 1), 1: () => setSpeed(1), 2: () => setSpeed(0.5), 4: () => setSpeed(0.25),
    m: () => setSound(heard === "off" ? unmuted : "off"),
    w: () => { if (before) setView(stage.dataset.layout === "wipe" ? "pair" : "wipe"); },
  };
  /** Keys that the focused element has a use for itself. */
  function taken(key, target) {
    const own = target.closest("input, button, summary, a, video, [tabindex]");
    if (!own) return false;
    if (own.matches("input")) return key === " " || key.startsWith("Arrow") || key === "Home" || key === "End";
    return own.matches("[tabindex], video") ? key.length > 1 || key === " " : key === " ";
  }
  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, act = KEYS[key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || !byId("shortcuts").checked || taken(key, event.target)) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-frame]");
    if (!button) return;
    pause();
    seekFrame(Number(button.dataset.frame));
    byId("players").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  });
  for (const choice of document.querySelectorAll(".choice input")) {
    const set = { speed: (v) => setSpeed(Number(v)), sound: setSound, view: setView }[choice.name];
    choice.addEventListener("change", () => set(choice.value));
  }
  byId("play").addEventListener("click", toggle);
  byId("back").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("head").addEventListener("input", (event) => seekFrame(Number(event.target.value)));
  byId("wipe").addEventListener("input", (event) => setWipe(event.target.value));
  function wipeTo(event) {
    const box = stage.getBoundingClientRect();
    setWipe(clamp(100 * (event.clientX - box.left) / box.width, 0, 100).toFixed(1));
  }
  stage.addEventListener("pointerdown", (event) => {
    if (stage.dataset.layout !== "wipe") return;
    stage.setPointerCapture(event.pointerId);
    wipeTo(event);
  });
  stage.addEventListener("pointermove", (event) => { if (event.buttons && stage.hasPointerCapture(event.pointerId)) wipeTo(event); });

  // --- start ----------------------------------------------------------------------------------------------------------
  function ticking() {
    if (after.paused) return;
    follow();
    show();
    requestAnimationFrame(ticking);
  }
  after.addEventListener("play", () => {
    wanted = null;
    byId("play").classList.add("playing");
    byId("play").setAttribute("aria-label", "Pause");
    byId("readout").setAttribute("aria-live", "off");  // at 25 frames a second nobody wants to hear it
    ticking();
  });
  for (const name of ["pause", "ended"]) {
    after.addEventListener(name, () => {
      if (moving) moving.pause();
      byId("play").classList.remove("playing");
      byId("play").setAttribute("aria-label", "Play");
      byId("readout").setAttribute("aria-live", "polite");
      if (moving && wanted === null && !after.ended) moving.currentTime = after.currentTime;
      show();
    });
  }
  after.addEventListener("seeked", () => {
    if (wanted !== null && Math.abs(after.currentTime - wanted) < 0.05) wanted = null;
    show();
  });
  for (const video of [after, moving]) {
    if (!video) continue;
    video.controls = false;
    video.addEventListener("click", () => { if (stage.dataset.layout !== "wipe") toggle(); });
    rescue(video);
  }
  byId("head").max = frames - 1;
  byId("controls").hidden = byId("zooming").hidden = false;
  if (!before) for (const part of document.querySelectorAll(".only-pair")) part.hidden = true;
  setSpeed(1);
  setSound("after");
  setWipe(50);
  show();
})();
