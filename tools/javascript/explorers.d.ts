// What the checker must know of the explorers and no file of theirs says: base.py puts the colours before all other
// parts, and a part sees what stands in those before it. Below are the shapes that the parts hand to each other.

type Kind = "input" | "weight" | "output";
declare const TOKENS: Record<string, [light: string, dark: string]>;
declare const RAMPS: Record<Kind, [light: string, dark: string][]>;

type Place = [row: number, column: number];
type Span = [least: number, most: number];
/** An event of something that is drawn. */
type On<E extends Event = PointerEvent> = E & { target: HTMLInputElement };
type Sink = (sentence: string) => void;

/** What an anywidget module sees of its widget. */
interface Model {
  get(trait: string): any;
  set(trait: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** The values of an explorer's traits, by name. */
type State = Record<string, any>;
/** A button that mends a state: [words, what it sets, where the focus goes then]. */
type Fix = any[];

/** What mends() may change: its words, its value now, the range of it, and what a value sets. */
type Repair = [words: string, now: number, range: Span, changes: (value: number) => State];

/** What compute(state) finds. */
interface Result {
  last?: number;
  columns?: number;
  trouble?: string;
  fixes?: Fix[];
  [more: string]: any;
}

/** What is being played: over, if something else took its place; landed, once its result stands there. */
interface Run {
  whole: boolean;
  over?: boolean;
  landed?: boolean;
}

/** What Python says of a control: a Slider, a Choice or a Switch of base.py. */
interface About {
  trait: string;
  label: string;
  smallest?: number;
  largest?: number;
  step?: number;
  side?: string;
  options?: string[];
}

interface Control {
  root: HTMLElement;
  input: HTMLInputElement | HTMLSelectElement;
  draw(now: any): void;
}

/** What explorer() gives to build(). */
interface Api {
  get(trait: string): any;
  set(changes: State): boolean;
  move(position: number): boolean;
  stop(): void;
  running(): Run | null;
  redraw(): void;
  refuse: Sink;
  controls: Record<string, Control>;
  callout: HTMLElement;
  root(): HTMLElement;
}

/** What build() gives back. */
interface Built {
  stage: HTMLElement;
  above?: Node[];
  under?: Node[];
  more?: Node[];
  paint(state: State, result: Result, run: Run | null): string[]; // what to say aloud, and all of it in words
  animate?(run: Run, speed: number): Promise<unknown>;
  beat?(): number;
  compute?(state: State): Result;
}

/** An explorer, as its file describes it to explorer(). */
interface Description {
  name: string;
  title: string;
  settle?(state: State, before?: State): void;
  compute?(state: State): Result;
  pictures?(get: (trait: string) => any): Record<string, Element[]>;
  implied?(state: State): string[];
  build(api: Api): Built;
}

/** One cell of a plate. */
interface Cell {
  value?: number;
  text?: string;
  label?: string;
  kind?: string;
  scale?: number[] | null;
  marks?: string;
  fixed?: boolean;
}

/** The room of a plate, and its place once arrange() has found one. */
interface Box {
  rows?: number;
  cols?: number;
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  cell?: number;
  high?: number;
  letters?: number;
  font?: number;
  bare?: boolean;
  title?: number;
  foot?: number;
  [more: string]: any;
}
type Frame = { x: number; y: number; w: number; h: number };
type Form = (boxes: Box[]) => { w: number; h: number; at(high: number): number[][] };

interface Plate {
  root: HTMLElement;
  cells: HTMLElement;
  frame: HTMLElement;
  title: HTMLElement;
  list: HTMLElement[];
  place(at: number): Place;
  at(event: Event): number;
  focus(at: number, caretAtEnd?: boolean): void;
  refocus(): void;
  press(place: { x: number; y: number }): void;
  /** Its cells are being made anew. */
  rebuilt: boolean;
  draw(drawing: {
    name: string;
    about?: string;
    spoken?: string;
    rows: number;
    cols: number;
    cell(row: number, column: number): Cell;
    active?: number;
    box: Box;
    editable?: boolean;
  }): void;
}

/** Who hears of what happens on a plate; see plate(). */
interface Listeners {
  kind?: string;
  whole?: boolean;
  edit?(row: number, column: number, value: number): unknown;
  refuse?: Sink;
  steer?(by: number[], event: On<KeyboardEvent>): void;
  type?(row: number, column: number, text: string): void;
  peek?(row?: number, column?: number): void;
  pick?(at: number): void;
}

/** A dense layer's or a filter's weights. */
interface Layer {
  weight: Float64Array;
  bias: Float64Array;
}

type Point = [x: number, y: number];
type Stroke = Point[];

/** A picture: one channel of grey values, three of colours. */
interface Source {
  rows: number;
  cols: number;
  grey: Float64Array[];
  colours: Float64Array[];
}
