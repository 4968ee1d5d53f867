//! `ringwise draw`: a dialplan as a picture for the wall.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::driver::centre::assembly;
use crate::driver::journal::reading;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::finding;
use crate::machine::drawing::svg;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::sketch;
use crate::machine::ivr::traffic::Traffic;

/// What to draw, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The dialplan.
    pub dialplan: PathBuf,
    /// The picture; without it standard output.
    #[arg(short, long, value_name = "FILE.svg")]
    pub output: Option<PathBuf>,
    /// A centre's data folder: lines become as wide as its recorded calls make them.
    #[arg(long, value_name = "DATA_DIR")]
    pub records: Option<PathBuf>,
    /// Which queues, skills and banks there are.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Draws.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let paths = [options.dialplan.clone()];
    let found = match finding::find(&paths, &options.config) {
        Ok(found) => found,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Ending::World);
        }
    };
    let name = options.dialplan.display().to_string();
    let Some(checked) = found.dialplans.get(&name) else {
        for file in &found.faulty {
            fault_report::write(file, &mut io::stderr())?;
        }
        if found.faulty.is_empty() {
            eprintln!("error: {name} is no dialplan");
        }
        return Ok(Ending::Input);
    };
    let script = &checked.script;
    let traffic = match &options.records {
        Some(folder) => match traffic(script, folder) {
            Ok(traffic) => Some(traffic),
            Err(error) => {
                eprintln!("error: {}: {error}", folder.display());
                return Ok(Ending::World);
            }
        },
        None => None,
    };
    let drawn = svg::draw(&sketch::sketch(script, traffic.as_ref()));
    let Some(path) = &options.output else {
        out.write_all(drawn.as_bytes())?;
        return Ok(Ending::Fine);
    };
    if let Err(error) = fs::write(path, drawn) {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Ok(Ending::World);
    }
    writeln!(
        out,
        "{} drawn to {}: {} steps",
        script.flow,
        path.display(),
        script.steps.len()
    )?;
    Ok(Ending::Fine)
}

/// How often the calls of this dialplan went each way.
fn traffic(script: &Script, folder: &Path) -> Result<Traffic, reading::ReadingError> {
    let mut traffic = Traffic::default();
    reading::each(&assembly::database(folder), |record| {
        if record.arrived.dialplan == script.flow {
            traffic.take(script, &record.walked());
        }
    })?;
    Ok(traffic)
}
