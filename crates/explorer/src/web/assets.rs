//! The page, part of the binary: no request reads a file.

/// What is served under a path.
pub struct Asset {
    /// Its path.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// Its name in the folder of the bundle.
    pub file: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// Everything there is. `web/build.mjs` makes the files.
pub const ALL: [Asset; 4] = [
    Asset {
        path: "/",
        file: "index.html",
        kind: "text/html; charset=utf-8",
        bytes: include_bytes!("../../../../web/dist/index.html"),
    },
    Asset {
        path: "/first.js",
        file: "first.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../../../web/dist/first.js"),
    },
    Asset {
        path: "/app.js",
        file: "app.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../../../web/dist/app.js"),
    },
    Asset {
        path: "/app.css",
        file: "app.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../../../../web/dist/app.css"),
    },
];
