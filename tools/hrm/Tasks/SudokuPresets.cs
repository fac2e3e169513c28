using Hrm.Core;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>The presets of the Sudoku task.</summary>
internal static class SudokuPresets
{
    public static IReadOnlyList<string> Names { get; } = ["small", "tiny", "sudoku-extreme", "sudoku-extreme-full"];

    /// <summary>The settings of a preset, or <see langword="null"/> where there is none of that name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">The size of the puzzles.</param>
    /// <param name="isDataset">
    /// Whether the puzzles come from a dataset, which holds as many variants as it was built with, as in the paper. Those of CSV
    /// files are varied when they are drawn.
    /// </param>
    public static LabSettings? Create(string name, PuzzleSize size, bool isDataset) => name switch
    {
        // Three rows in four get up to half of their blanks filled in, so that hard puzzles teach something from the start.
        "small" => new LabSettings
        {
            Model = HrmPresets.Small(size.SequenceLength, size.VocabularySize),
            Trainer = TrainerPresets.Small(),
            Augmentation = { HintProbability = 0.75 },
        },
        "tiny" => new LabSettings
        {
            Model = HrmPresets.Tiny(size.SequenceLength, size.VocabularySize),
            Trainer = TrainerPresets.Tiny(),
        },
        "sudoku-extreme" => new LabSettings
        {
            Model = size.Fit(HrmPresets.SudokuExtreme),
            Trainer = TrainerPresets.SudokuExtreme(),
            Augmentation = { Symmetries = !isDataset },
        },
        "sudoku-extreme-full" => new LabSettings
        {
            Model = size.Fit(HrmPresets.SudokuExtremeFull),
            Trainer = TrainerPresets.SudokuExtremeFull(),
            Augmentation = { Symmetries = !isDataset },
        },
        _ => null,
    };
}
