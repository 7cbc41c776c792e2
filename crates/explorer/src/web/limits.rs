//! What a request may ask for. Past a limit it is refused with the reason; each has a test in `tests/web.rs` or beside its user.

use std::time::Duration;

/// Connections at a time. One more is told that there are too many.
pub const CONNECTIONS: usize = 128;

/// How long a connection may take over the head of a request, or over its body, or say nothing.
pub const IDLE: Duration = Duration::from_secs(15);

/// How long a connection is kept for further requests. Then it ends after the one that is being answered.
pub const LIFE: Duration = Duration::from_secs(60);

/// Bytes of a request's head: the address and all headers.
pub const HEAD: usize = 64 << 10;

/// Bytes of a request's body.
pub const BODY: usize = 1 << 20;

/// Requests that wait for the engine. One more is told to come again.
pub const WAITING: usize = 32;

/// How long a request waits for the engine.
pub const ANSWER: Duration = Duration::from_secs(10);

/// Bytes of a formula.
pub const FORMULA: usize = 16 << 10;

/// Values that a formula computes.
pub const GATES: usize = 20_000;

/// Elements of all values of a formula together: what bounds its memory.
pub const ELEMENTS: usize = 1 << 20;

/// Operations of its forward pass, which bound its time: the backward pass takes about twice as many. A few elements can take very
/// many, as in a convolution whose window is as large as a picture.
pub const OPERATIONS: u64 = 10_000_000_000;

/// Numbers of an input that a page shows and changes; larger inputs are left as they are.
pub const SHOWN: usize = 64;

/// Stages that are named as open.
pub const OPEN: usize = 512;

/// Formulas whose circuits are kept.
pub const KEPT: usize = 8;

/// Paths from a wire to the output that are listed one by one.
pub const PATHS: usize = 24;

/// Steps that the search for those paths may take.
pub const PATH_STEPS: usize = 20_000;

/// Stages that a reader has made, and ids and letters in all of them together at most [`OPEN`].
pub const BOXES: usize = 32;

/// Products in one element of a product of matrices that are drawn one by one.
pub const PRODUCTS: usize = 256;

/// Rows and columns of the picture of an array; of larger ones a cell is the mean of several numbers.
pub const CELLS: usize = 48;

/// Pages that have a socket open at a time.
pub const SOCKETS: usize = 32;

/// Bytes of a message from a page.
pub const MESSAGE: usize = 64 << 10;

/// Messages a second from a page.
pub const MESSAGES: usize = 500;

/// Questions of one page that are answered at a time.
pub const ASKS: usize = 4;

/// Bytes of an answer that goes through a socket.
pub const ANSWER_BYTES: usize = 32 << 20;

/// How long a page waits for what it has asked of a training: the step under way must end first.
pub const ORDER: Duration = Duration::from_secs(2);

/// How long sockets have to say goodbye when the server ends.
pub const GOODBYE: Duration = Duration::from_millis(300);
