// What JSX becomes: bundled with plain calls of these, the page is shorter than with the runtime of jsx.

export { Fragment, h } from "preact";
