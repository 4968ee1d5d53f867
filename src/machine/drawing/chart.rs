//! What is drawn: cards with rows that lead to other cards.

/// A chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Its name.
    pub title: String,
    /// Lines under the title.
    pub notes: Vec<String>,
    /// What leads to the first card: numbers to dial.
    pub entry: Vec<String>,
    /// The cards; the first is where everything begins.
    pub cards: Vec<Card>,
}

/// A card.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// What kind it is, in a word.
    pub kind: String,
    /// Its colour.
    pub tone: Tone,
    /// What is said on it: a short tag and the words.
    pub words: Vec<(String, String)>,
    /// What else is to be known, a line each.
    pub facts: Vec<String>,
    /// Where it leads.
    pub rows: Vec<Row>,
    /// How often it was come to, if that is known.
    pub visits: Option<u64>,
    /// A mark at its end, if nothing follows.
    pub end: Option<String>,
    /// How the ways that lead here are drawn.
    pub reach: Reach,
}

/// How the ways to a card are drawn.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reach {
    /// By lines.
    #[default]
    Lines,
    /// By one line, from the card that comes to it first; else by its name beside the row.
    First,
    /// By its name beside each row that leads to it.
    Name,
}

/// A way to another card.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What leads there.
    pub caps: Vec<Cap>,
    /// What else is to be known.
    pub note: String,
    /// The card's place in the list.
    pub to: usize,
    /// How often it was gone, if that is known.
    pub weight: Option<u64>,
}

/// What leads from a card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cap {
    /// A key of the telephone.
    Key(char),
    /// An outcome.
    Word(String),
}

/// Colours by meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    /// It speaks and goes on.
    Speaking,
    /// It asks for keys.
    Asking,
    /// It looks something up or works something out.
    Thinking,
    /// It offers what is likely.
    Guessing,
    /// It answers.
    Answering,
    /// It asks for proof.
    Proving,
    /// It leads to a person.
    People,
    /// It ends.
    Ending,
}

impl Tone {
    /// All tones.
    pub const ALL: [Self; 8] = [
        Self::Speaking,
        Self::Asking,
        Self::Thinking,
        Self::Guessing,
        Self::Answering,
        Self::Proving,
        Self::People,
        Self::Ending,
    ];

    /// Its dark and its light colour.
    #[must_use]
    pub const fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Speaking => ("#475569", "#f1f5f9"),
            Self::Asking => ("#1d4ed8", "#e8effe"),
            Self::Thinking => ("#0f766e", "#e3f5f2"),
            Self::Guessing => ("#6d28d9", "#f1eafd"),
            Self::Answering => ("#15803d", "#e6f6ea"),
            Self::Proving => ("#a16207", "#fdf4da"),
            Self::People => ("#c2410c", "#fdece0"),
            Self::Ending => ("#334155", "#e2e8f0"),
        }
    }
}
