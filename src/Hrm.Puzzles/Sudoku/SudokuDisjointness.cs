namespace Hrm.Puzzles;

/// <summary>
/// Tells whether no augmentation of a training puzzle can show the solution of a test puzzle: compares the canonical forms of
/// all solutions, so an empty result is a proof.
/// </summary>
/// <remarks>
/// About 3,500 9×9 puzzles a second on one core of a server. 4×4 grids have two orbits and 6×6 grids 49, so that puzzles
/// of these sizes which were drawn at random overlap: <see cref="SudokuSplit"/> makes ones that do not.
/// </remarks>
public static class SudokuDisjointness
{
    /// <summary>Finds the test puzzles whose solution is equivalent to the solution of a training puzzle.</summary>
    /// <param name="training">The training puzzles; one a class of equivalent solutions is kept in memory.</param>
    /// <param name="test">The test puzzles, of the same shape.</param>
    /// <returns>One pair for each such test puzzle, in their order, with the first of its training puzzles; empty if the two are disjoint.</returns>
    /// <exception cref="ArgumentException">Puzzles of different shapes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side above <see cref="SudokuCanonicalForm.MaximumSide"/>.</exception>
    public static IReadOnlyList<SudokuEquivalentPair> Find(IEnumerable<SudokuPuzzle> training, IEnumerable<SudokuPuzzle> test)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(test);
        SudokuCanonicalForm? canonicalForm = null;
        var firstOf = new Dictionary<SudokuGrid, SudokuPuzzle>();
        foreach (var puzzle in training)
        {
            canonicalForm ??= new SudokuCanonicalForm(puzzle.Shape);
            firstOf.TryAdd(canonicalForm.Of(puzzle.Answer), puzzle);
        }

        var pairs = new List<SudokuEquivalentPair>();
        if (canonicalForm is not null)
        {
            foreach (var puzzle in test)
            {
                if (firstOf.TryGetValue(canonicalForm.Of(puzzle.Answer), out var equivalent))
                {
                    pairs.Add(new SudokuEquivalentPair(equivalent, puzzle));
                }
            }
        }

        return pairs;
    }
}
