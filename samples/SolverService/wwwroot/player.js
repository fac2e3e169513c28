/** Plays the segments of a trace: position 0 is the puzzle, position n the prediction after segment n. */
export class Player {
  segments = [];
  position = 0;
  isComplete = true; // whether no more segments arrive
  isCut = false; // whether the trace ended before its last segment
  perSecond = 2;
  #timer;

  /**
   * @param changed called when the position, the segments or the state have changed
   * @param pauseAt returns the segment at which the playback pauses, or undefined
   */
  constructor(changed, pauseAt) {
    this.changed = changed;
    this.pauseAt = pauseAt;
  }

  get current() {
    return this.segments[this.position - 1];
  }

  /** The segments of the trace, without an answer after more thinking. */
  get traced() {
    return this.segments.filter(segment => !segment.found);
  }

  /** Whether the trace has ended and its last segment is shown. */
  get isAtEnd() {
    return this.isComplete && this.position === this.segments.length;
  }

  get isPlaying() {
    return this.#timer !== undefined;
  }

  /** Forgets the segments. */
  reset(isComplete) {
    this.segments = [];
    this.isComplete = isComplete;
    this.isCut = false;
    this.go(0);
  }

  add(segment) {
    this.segments.push(segment);
    this.changed();
  }

  complete(isCut) {
    this.isComplete = true;
    this.isCut = isCut;
    this.changed();
  }

  /** Shows a position, and pauses. */
  go(position) {
    this.pause();
    this.position = Math.min(Math.max(position, 0), this.segments.length);
    this.changed();
  }

  play() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), 1000 / this.perSecond);
    this.changed();
  }

  pause() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.changed();
  }

  /** Shows the next segment; waits if it has not arrived yet. */
  #next() {
    const hasNext = this.position < this.segments.length;
    this.position += hasNext ? 1 : 0;
    if (this.isAtEnd || (hasNext && this.position === this.pauseAt())) {
      this.pause();
    } else {
      this.play();
    }
  }
}
