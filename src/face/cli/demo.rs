//! `ringwise demo`: shows a whole centre at work, then stays up.

use std::io;
use std::io::Write;

use crate::face::cli::config_choice;
use crate::face::cli::ending::Ending;
use crate::face::cli::serve;
use crate::face::demo::company;
use crate::face::demo::company::Company;
use crate::face::demo::house;
use crate::face::demo::house::DemoError;
use crate::vocabulary::language::Language;

/// What to show.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// End after the calls; exit 0 only if every call went as told.
    #[arg(long)]
    pub exit: bool,
    /// Callers of this language only: en or zh-CN; without it both.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<Language>,
    /// After the stories, keep so many calls live for a while and take the times again (10 to 800).
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(10..=i64::try_from(company::LIVE_MAX).unwrap_or(i64::MAX)))]
    pub live: Option<u16>,
}

/// Shows the demo.
///
/// # Errors
///
/// What `out` says.
pub fn run(options: &Options, out: &mut (impl Write + Send)) -> io::Result<Ending> {
    let languages = options
        .lang
        .map_or_else(|| Language::ALL.to_vec(), |only| vec![only]);
    let live = options.live.map_or(0, usize::from);
    let company = Company { languages, live };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (mut served, wrong) = match house::show(company, out).await {
            Ok(shown) => shown,
            Err(DemoError::Config(error)) => return config_choice::explain(&error),
            Err(DemoError::Serve(error)) => return serve::explain(&error),
            Err(DemoError::World(error)) => {
                eprintln!("error: {error}");
                return Ok(Ending::World);
            }
        };
        for line in &wrong {
            writeln!(out, "NOT AS TOLD: {line}")?;
        }
        if wrong.is_empty() {
            writeln!(out, "every call went as told")?;
        }
        if !options.exit {
            house::invite(&served, out)?;
            tokio::signal::ctrl_c().await?;
        }
        tokio::task::block_in_place(|| served.running.stop());
        Ok(if wrong.is_empty() {
            Ending::Fine
        } else {
            Ending::World
        })
    })
}
