using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Turns puzzles into the groups of a dataset, as the authors' builder does: a group for each puzzle, which begins with the
/// puzzle as it is, followed by random symmetric variants, every one a puzzle of one example with the id 0. Test puzzles have
/// no variants.
/// </summary>
/// <remarks>
/// Everything is streamed: memory holds one group, and the puzzles of a subsample. Variants are drawn independently, so those of
/// a small shape can repeat. A group's variants depend on the seed and the group's place alone, and a stream can be
/// enumerated again with the same result.
/// </remarks>
public sealed class SudokuDatasetBuilder
{
    private const long SubsampleStream = 0;
    private const long AugmentationStream = 1;

    private readonly SudokuEncoding _encoding;
    private readonly int? _subsample;
    private readonly double? _minimumDifficulty;
    private readonly SudokuDifficulty _difficulty;
    private readonly int _augmentations;

    /// <summary>Creates a builder.</summary>
    /// <param name="shape">The shape of the puzzles.</param>
    /// <param name="options">Which puzzles and how many variants; read once. Default: all puzzles as they are.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SudokuDatasetBuilder(SudokuShape shape, SudokuDatasetOptions? options = null)
    {
        options ??= new SudokuDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("Sudoku dataset options", options);

        _encoding = new SudokuEncoding(shape);
        _subsample = options.Subsample;
        _minimumDifficulty = options.MinimumDifficulty;
        _difficulty = options.Difficulty;
        _augmentations = options.Augmentations;
    }

    /// <summary>How puzzles become tokens.</summary>
    public SudokuEncoding Encoding => _encoding;

    /// <summary>Builds the training groups: difficult enough, subsampled, with variants.</summary>
    /// <param name="puzzles">The puzzles, of which a subsample keeps the order.</param>
    /// <param name="random">Where chance comes from; only its seed counts, and it is not drawn from.</param>
    /// <returns>At least one group, of 1 + <see cref="SudokuDatasetOptions.Augmentations"/> puzzles each.</returns>
    /// <exception cref="ArgumentException">While enumerating: a puzzle of another shape.</exception>
    /// <exception cref="PuzzleFormatException">While enumerating: a puzzle lacks the rating that is asked for or its difficulty is not decided by a million guesses, or no puzzle is left.</exception>
    public IEnumerable<PuzzleGroup> BuildTraining(IEnumerable<SudokuPuzzle> puzzles, StatefulRandom random)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        ArgumentNullException.ThrowIfNull(random);
        return Enumerate(puzzles, random);
    }

    /// <summary>Builds the test groups: difficult enough, one puzzle a group, in order.</summary>
    /// <param name="puzzles">The puzzles.</param>
    /// <returns>At least one group.</returns>
    /// <exception cref="ArgumentException">While enumerating: a puzzle of another shape.</exception>
    /// <exception cref="PuzzleFormatException">While enumerating: a puzzle lacks the rating that is asked for or its difficulty is not decided by a million guesses, or no puzzle is left.</exception>
    public IEnumerable<PuzzleGroup> BuildTest(IEnumerable<SudokuPuzzle> puzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        return DifficultEnough(puzzles).Select(puzzle => PuzzleGroup.Of(_encoding.ToExample(puzzle)));
    }

    private IEnumerable<PuzzleGroup> Enumerate(IEnumerable<SudokuPuzzle> puzzles, StatefulRandom random)
    {
        var kept = DifficultEnough(puzzles);
        if (_subsample is { } count)
        {
            kept = Reservoir.Sample(kept, count, random.Split(SubsampleStream));
        }

        var augmentation = random.Split(AugmentationStream);
        var place = 0L;
        foreach (var puzzle in kept)
        {
            yield return WithVariants(puzzle, augmentation.Split(place++));
        }
    }

    private IEnumerable<SudokuPuzzle> DifficultEnough(IEnumerable<SudokuPuzzle> puzzles)
    {
        var searcher = new SudokuSearcher(_encoding.Shape);
        var seen = 0L;
        var kept = 0L;
        foreach (var puzzle in puzzles)
        {
            seen++;
            if (_minimumDifficulty is not { } minimum || DifficultyOf(puzzle, searcher) >= minimum)
            {
                kept++;
                yield return puzzle;
            }
        }

        if (kept == 0)
        {
            throw new PuzzleFormatException(_minimumDifficulty is { } minimum
                ? FormattableString.Invariant($"expected a puzzle of difficulty {minimum} or more, got none among {seen}")
                : "expected at least one puzzle, got none");
        }
    }

    private double DifficultyOf(SudokuPuzzle puzzle, SudokuSearcher searcher)
    {
        if (_difficulty != SudokuDifficulty.Guesses)
        {
            return puzzle.Rating ?? throw new PuzzleFormatException(
                "expected a rating to compare with the minimum difficulty, got a puzzle without one", line: puzzle.Line, field: "rating");
        }

        try
        {
            return searcher.CountGuesses(puzzle.Question.Digits);
        }
        catch (PuzzleFormatException e)
        {
            throw e.At(null, puzzle.Line, PuzzleCsv.Question);
        }
    }

    private PuzzleGroup WithVariants(SudokuPuzzle puzzle, Random random)
    {
        var variants = new PuzzleExample[_augmentations + 1];
        variants[0] = _encoding.ToExample(puzzle);
        for (var i = 1; i < variants.Length; i++)
        {
            var symmetry = SudokuSymmetry.Random(_encoding.Shape, random);
            variants[i] = new PuzzleExample(
                _encoding.Encode(symmetry.Apply(puzzle.Question)), _encoding.Encode(symmetry.Apply(puzzle.Answer)));
        }

        return PuzzleGroup.Of(variants);
    }
}
