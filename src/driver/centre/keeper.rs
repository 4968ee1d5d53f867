//! Prepares releases off the loop: reads, checks, decodes, and works out what would change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::call::record::Names;
use crate::call::release::Release;
use crate::call::release::Share;
use crate::call::release_table::ReleaseTable;
use crate::call::turnover::NewNames;
use crate::call::turnover::Step;
use crate::call::turnover::Turnover;
use crate::driver::centre::assembly;
use crate::driver::centre::assembly::AssemblyError;
use crate::driver::centre::material::Material;
use crate::driver::centre::material::MaterialError;
use crate::driver::centre::release_store::ReleaseStore;
use crate::driver::clock::Clock;
use crate::driver::config::password::Secret;
use crate::driver::config::reading::Config;
use crate::driver::config::restart;
use crate::driver::prompts::catalog::Pending;
use crate::driver::prompts::shelf::Shelf;
use crate::driver::stock::Sounds;
use crate::machine::catalog::Catalog;
use crate::machine::sip::config::Secrets;
use crate::machine::succession;
use crate::machine::succession::Change;
use crate::machine::succession::TooManyNames;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::id::ReleaseNo;

/// What is wanted of a reload.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wish {
    /// Give the new release to this share of new calls only.
    pub share: Option<Share>,
    /// Where contacts wait whose queue or skill goes.
    pub move_to: Option<String>,
    /// Who asks: `api`, `signal`.
    pub by: String,
}

/// Why nothing was prepared. The centre goes on as before.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The files.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// Names.
    #[error(transparent)]
    Names(#[from] TooManyNames),
    /// There is no release on trial.
    #[error("no release is on trial")]
    NothingTried,
    /// There is no release to go back to.
    #[error("there is no release before this one: put the files back and reload")]
    NothingBefore,
}

/// What was prepared.
#[derive(Debug)]
pub enum Prepared {
    /// The files are those of the present release.
    Unchanged(Report),
    /// Something for the engine to decide on.
    Ready(Box<Plan>),
}

/// A turnover with all that goes with it.
#[derive(Debug)]
pub struct Plan {
    /// For the engine.
    pub turnover: Turnover,
    /// Every prompt of a new release: into the library first.
    pub sounds: Sounds,
    /// For whoever asked.
    pub report: Report,
    secrets: Arc<BTreeMap<String, Secret>>,
    files: Vec<(String, String)>,
}

/// What there is to say of a turnover.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Report {
    /// The release: the new one, or the one that new calls get again.
    pub release: ReleaseNo,
    /// First 12 digits of the SHA-256 over all that it holds.
    pub hash: String,
    /// Keys that were changed and count from the next start on.
    pub at_next_start: Vec<String>,
    /// What is wrong with prompts; they are left out.
    pub warnings: Vec<String>,
}

/// The release that new calls get, trials aside.
pub type Present = Arc<RwLock<Arc<Release>>>;

/// Knows what is in force, and prepares what comes next.
#[derive(Debug)]
pub struct Keeper {
    /// As of the start: what a reload does not take stays so.
    config: Config,
    clock: Clock,
    chance: Chance,
    shelf: Shelf,
    store: ReleaseStore,
    /// As the engine has it, but for calls.
    table: ReleaseTable,
    present: Present,
    secrets: BTreeMap<ReleaseNo, Arc<BTreeMap<String, Secret>>>,
    /// Who serves, and how they prove themselves.
    people: Arc<Catalog>,
    users: Arc<BTreeMap<String, Secret>>,
}

/// What a centre starts with.
#[derive(Debug)]
pub struct Opening {
    /// Its release.
    pub release: Release,
    /// Its prompts, but for those that are still to be decoded.
    pub sounds: Sounds,
    /// Those.
    pub pending: Pending,
    /// What is wrong with prompts, and which tests fail.
    pub warnings: Vec<String>,
}

impl Keeper {
    /// Reads the first release. It keeps the number of the `last` one if it is the same.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`], in words for the person who wrote the files.
    pub fn open(
        config: &Config,
        (clock, chance): (Clock, Chance),
        last: Option<(ReleaseNo, String)>,
    ) -> Result<(Self, Opening), AssemblyError> {
        let data_dir = &config.settings.data_dir;
        let mut shelf = Shelf::new(data_dir.join("prompts.cache"));
        let (material, pending) = Material::begin(config.clone(), &mut shelf)?;
        let number = match last {
            Some((number, hash)) if hash == material.hash => number,
            Some((number, _)) => ReleaseNo(number.0 + 1),
            None => ReleaseNo(1),
        };
        let store = ReleaseStore::new(data_dir);
        if let Err(error) = store.keep(number, &material.files) {
            tracing::warn!(%error, "the release is not kept: it cannot be compared with later");
        }
        let secrets = Arc::new(material.config.secrets.clone());
        let warnings = material.warnings.clone();
        let (release, sounds) = material.release(number, clock.turn().wall);
        let first = Arc::new(release.clone());
        let keeper = Self {
            present: Arc::new(RwLock::new(Arc::clone(&first))),
            config: config.clone(),
            clock,
            chance,
            shelf,
            store,
            table: ReleaseTable::new(first),
            secrets: BTreeMap::from([(number, Arc::clone(&secrets))]),
            people: Arc::clone(&release.catalog),
            users: secrets,
        };
        let opening = Opening {
            release,
            sounds,
            pending,
            warnings,
        };
        Ok((keeper, opening))
    }

    /// Reads everything again.
    ///
    /// # Errors
    ///
    /// [`PrepareError`]: nothing has changed.
    pub fn reload(&mut self, wish: &Wish) -> Result<Prepared, PrepareError> {
        let config = match &self.config.file {
            Some(file) => Config::load(file).map_err(MaterialError::from)?,
            None => self.config.clone(),
        };
        let at_next_start = restart::waiting(&self.config.settings, &config.settings);
        let material = Material::gather(config, &mut self.shelf)?;
        let mut report = Report {
            release: self.table.current().number,
            hash: material.hash.clone(),
            at_next_start,
            warnings: material.warnings.clone(),
        };
        let secrets = Arc::new(material.config.secrets.clone());
        let present = self.table.current();
        let same_people = *self.users == *secrets && self.table.tried().is_none();
        if present.hash == material.hash && present.prompts == material.prompts() && same_people {
            return Ok(Prepared::Unchanged(report));
        }
        let number = ReleaseNo(self.table.highest().0 + 1);
        report.release = number;
        let files = material.files.clone();
        let (release, sounds) = material.release(number, self.clock.turn().wall);
        let (people, users) = match wish.share {
            Some(_) => {
                let base = &present.catalog;
                let both = succession::union(base, &release.catalog);
                (both, self.both_users(&secrets))
            }
            None => ((*release.catalog).clone(), Arc::clone(&secrets)),
        };
        let step = Step::Take(Arc::new(release), wish.share);
        let turnover = self.turnover(step, &people, (&users, wish))?;
        Ok(Prepared::Ready(Box::new(Plan {
            turnover,
            sounds,
            report,
            secrets,
            files,
        })))
    }

    /// The release on trial for all new calls, or the one before for all of them again.
    ///
    /// # Errors
    ///
    /// [`PrepareError`]: there is none.
    pub fn promote(&mut self, wish: &Wish) -> Result<Prepared, PrepareError> {
        let tried = self.table.tried().ok_or(PrepareError::NothingTried)?;
        self.step(Step::Promote, &tried, wish)
    }

    /// Ends a trial, or goes back to the release before.
    ///
    /// # Errors
    ///
    /// [`PrepareError`]: there is none.
    pub fn roll_back(&mut self, wish: &Wish) -> Result<Prepared, PrepareError> {
        let back = match self.table.tried() {
            Some(_) => Some(Arc::clone(self.table.current())),
            None => self.table.before(),
        };
        let back = back.ok_or(PrepareError::NothingBefore)?;
        self.step(Step::RollBack, &back, wish)
    }

    /// The engine has carried out a plan: so it is from here on.
    pub fn note(&mut self, done: &Done) {
        match &done.step {
            Step::Take(release, share) => {
                let number = release.number;
                self.table.take(Arc::clone(release), *share);
                self.secrets.insert(number, Arc::clone(&done.secrets));
                if let Err(error) = self.store.keep(number, &done.files) {
                    tracing::warn!(%error, "the release is not kept: it cannot be compared with");
                }
            }
            Step::Promote => {
                self.table.promote();
            }
            Step::RollBack => {
                self.table.roll_back();
            }
        }
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        *present = Arc::clone(self.table.current());
        drop(present);
        for gone in self.table.retire() {
            self.secrets.remove(&gone.number);
        }
        self.people = Arc::clone(&done.people);
        self.users = match &done.step {
            Step::Take(_, Some(_)) => self.both_users(&done.secrets),
            Step::Take(_, None) | Step::Promote | Step::RollBack => self.present_users(),
        };
    }

    /// Where the release stands that new calls get.
    #[must_use]
    pub fn present(&self) -> Present {
        Arc::clone(&self.present)
    }

    fn step(
        &mut self,
        step: Step,
        release: &Release,
        wish: &Wish,
    ) -> Result<Prepared, PrepareError> {
        let secrets = self.secrets.get(&release.number).cloned();
        let secrets = secrets.unwrap_or_default();
        let people = (*release.catalog).clone();
        let turnover = self.turnover(step, &people, (&secrets, wish))?;
        Ok(Prepared::Ready(Box::new(Plan {
            turnover,
            sounds: Vec::new(),
            report: Report {
                release: release.number,
                hash: release.hash.clone(),
                ..Report::default()
            },
            secrets,
            files: Vec::new(),
        })))
    }

    fn turnover(
        &mut self,
        step: Step,
        people: &Catalog,
        (users, wish): (&Arc<BTreeMap<String, Secret>>, &Wish),
    ) -> Result<Turnover, PrepareError> {
        let people = Arc::new(succession::following(people, &self.people)?);
        let written = Names::of(&people);
        let names = (written != Names::of(&self.people)).then(|| NewNames {
            shared: Arc::new(written.clone()),
            written,
        });
        let users = (**users != *self.users).then(|| self.proofs(users));
        Ok(Turnover {
            step,
            from: self.table.standing(),
            change: Change::between(&self.people, &people),
            people,
            names,
            users,
            move_to: wish.move_to.clone(),
            by: wish.by.clone(),
        })
    }

    fn proofs(&mut self, users: &BTreeMap<String, Secret>) -> BTreeMap<String, Secrets> {
        assembly::users(users, &self.config.settings.sip.realm, &mut self.chance)
    }

    fn present_users(&self) -> Arc<BTreeMap<String, Secret>> {
        let present = self.secrets.get(&self.table.current().number);
        present.cloned().unwrap_or_default()
    }

    /// During a trial both releases' seats may register; who is in both proves themselves as before.
    fn both_users(&self, tried: &BTreeMap<String, Secret>) -> Arc<BTreeMap<String, Secret>> {
        let mut both = tried.clone();
        let present = self.present_users();
        both.extend(present.iter().map(|(id, one)| (id.clone(), one.clone())));
        Arc::new(both)
    }
}

/// What is left of a plan once the engine has it.
#[derive(Debug)]
pub struct Done {
    step: Step,
    people: Arc<Catalog>,
    secrets: Arc<BTreeMap<String, Secret>>,
    files: Vec<(String, String)>,
}

impl Plan {
    /// What goes to the engine, and what to [`Keeper::note`] once that has agreed.
    #[must_use]
    pub fn part(self) -> (Turnover, Sounds, Done) {
        let done = Done {
            step: self.turnover.step.clone(),
            people: Arc::clone(&self.turnover.people),
            secrets: self.secrets,
            files: self.files,
        };
        (self.turnover, self.sounds, done)
    }
}
