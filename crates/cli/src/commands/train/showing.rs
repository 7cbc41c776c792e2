//! A page that shows the training.

use crate::train::live::Place;
#[cfg(feature = "web")]
use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

/// The port where nothing else is asked for, as that of `view`.
#[cfg(feature = "web")]
const PORT: u16 = 7717;

/// Whether a page shows it, and where.
#[cfg(feature = "web")]
#[derive(clap::Args)]
pub struct Showing {
    /// Show the training in the browser while it goes on, and steer it; afterwards the page stays until Ctrl-C
    #[arg(long, conflicts_with = "seeds")]
    web: bool,

    /// Wait before the first step until the page says so
    #[arg(long, requires = "web")]
    paused: bool,

    /// The page's port; 0 takes a free one [default: 7717]
    #[arg(long, value_name = "NUMBER", requires = "web")]
    port: Option<u16>,

    /// The page's address [default: 127.0.0.1]. Beyond this machine it asks for the token that is printed
    #[arg(long, value_name = "ADDRESS", requires = "web")]
    host: Option<IpAddr>,

    /// Also open the page in the browser
    #[arg(long, requires = "web")]
    browser: bool,

    /// A folder with index.html, app.js and app.css to serve in the place of the page in this binary: for work on the page
    #[arg(long, value_name = "FOLDER", requires = "web", hide_short_help = true)]
    web_dir: Option<PathBuf>,
}

#[cfg(feature = "web")]
impl Showing {
    /// Where, if it is wanted.
    pub fn place(&self) -> Option<Place> {
        let listening = crate::commands::view::Listening {
            port: self.port.unwrap_or(PORT),
            host: self.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            browser: self.browser,
            web_dir: self.web_dir.clone(),
        };
        self.web.then_some(Place { listening, is_paused: self.paused })
    }
}

/// This program has no page.
#[cfg(not(feature = "web"))]
#[derive(clap::Args)]
pub struct Showing {}

#[cfg(not(feature = "web"))]
impl Showing {
    /// Nowhere.
    pub fn place(&self) -> Option<Place> {
        None
    }
}
