// What JSX becomes: plain calls of these make a shorter page than the runtime of jsx. No name of the page's own is like theirs.

export { Fragment as JsxFragment, h as jsxNode } from "preact";
