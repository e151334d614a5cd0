// What the scripts of the views agree on: checked by tsc, never run.

/** Every sentence, by key: `assets.py` writes this table before the scripts. */
declare const TEXTS: Record<string, string>;

/** Where JupyterLab finds its extensions, and what `kernel.js` keeps on a page. */
interface Window { _JUPYTERLAB?: Record<string, object> }
declare var funclab: any;

// What a selector finds is not checked: HTML and SVG alike.
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}

type Context = import("./core.js").Context;

/** What a view knows and shares with Python: anywidget's model, or `held`. */
interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: object): void;
  on(name: string, call: (...values: any[]) => void): void;
  off?(name: string, call: (...values: any[]) => void): void;
  /** Whether there is no kernel. */
  alone?: boolean;
  /** Whether its kernel has ended. */
  ended?: boolean;
  kernel?: any;
  widget_manager?: any;
}

/** What a key does: its line in the table of keys, and its button. */
interface Action {
  label?: string;
  button?: string;
  /** The icon of the button, whether it stands for the words, and whether this is what one mostly does here. */
  icon?: string;
  brief?: boolean;
  main?: boolean;
  run(): unknown;
  /** Whether it does something now, and whether its button is disabled. */
  when?(): unknown;
  off?: boolean;
}

/** Asked before something is shown; an answer that is not known yet is null. */
interface Question {
  id: string;
  prompt: string;
  options: string[];
  answer: string | null;
  explain?: string;
  /** What the picture of each option shows, which then is the name of it; and what that under the prompt shows. */
  pictures?: any[];
  shown?: any;
}

/** A view: `draw` once, `update` after each change. */
interface View {
  name?: string;
  /** Whether it is only as high as what it shows; it then keeps the room that it may need. */
  low?(model: Model): boolean;
  draw(ctx: Context): void;
  update(ctx: Context): void;
  keys(ctx: Context): Record<string, Action>;
  caption?(ctx: Context): string;
  /** What the list of keys says under them: how the picture is read. */
  notes?(ctx: Context): string[];
  /** What is counted beside the title. */
  counts?(ctx: Context): string;
  /** A picture of what an option of a question shows, or its prompt; it is read aloud as `name`. */
  pictureOf?(ctx: Context, shown: any, name: string): Element;
  /** Take a message from Python that is not an answer. */
  follow?(ctx: Context, message: any): unknown;
  /** Take a key in an element in which letters are typed; returns whether it did. */
  typed?(ctx: Context, target: Element, key: string): boolean;
}

/** A view with methods of its own, which keep what they need in `this`. */
type WrittenView = View & ThisType<any> & Record<string, any>;
