//! Which instructions of the processor the kernels use.

use std::sync::OnceLock;

use fearless_simd::Level;

static CHOICE: OnceLock<Level> = OnceLock::new();

/// Sets of instructions to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// The best that the processor has.
    Best,
    /// Those of AVX2 and FMA, where there are better ones.
    Avx2,
    /// Those that every processor of its kind has: plain numbers in place of lanes.
    Plain,
}

/// Chooses once for the whole process, before anything is simulated. A processor that lacks what is asked for keeps to
/// its best. Returns whether the choice counts: a later one does not.
pub fn choose_instructions(choice: Instructions) -> bool {
    CHOICE.set(level_of(choice)).is_ok()
}

/// The choice; the best if there was none.
pub fn instructions() -> Level {
    *CHOICE.get_or_init(|| level_of(Instructions::Best))
}

/// Such as `Avx512`: what the level shows for debugging, without what it holds.
pub fn instructions_name(level: Level) -> String {
    let text = format!("{level:?}");
    text.split('(').next().unwrap_or(&text).to_owned()
}

fn level_of(choice: Instructions) -> Level {
    let best = Level::new();
    match choice {
        Instructions::Best => best,
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Instructions::Avx2 => best.as_avx2().map_or(best, Level::Avx2),
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        Instructions::Avx2 => best,
        Instructions::Plain => Level::baseline(),
    }
}
