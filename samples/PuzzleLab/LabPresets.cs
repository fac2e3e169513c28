using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Named settings: a config and the training options that go with it.</summary>
internal static class LabPresets
{
    public static IReadOnlyList<string> Names { get; } = ["small", "tiny", "sudoku-extreme", "sudoku-extreme-full"];

    public static LabSettings Create(string name, SudokuShape shape)
    {
        var encoding = new SudokuEncoding(shape);
        return name switch
        {
            // Three rows in four get up to half of their blanks filled in, so that hard puzzles teach something from the start.
            "small" => new LabSettings
            {
                Model = HrmPresets.Small(encoding.SequenceLength, encoding.VocabularySize),
                Trainer = TrainerPresets.Small(),
                Gradient = GradientMode.LastCycle,
                Augmentation = { HintProbability = 0.75 },
            },
            "tiny" => new LabSettings
            {
                Model = HrmPresets.Tiny(encoding.SequenceLength, encoding.VocabularySize),
                Trainer = TrainerPresets.Tiny(),
            },
            "sudoku-extreme" => new LabSettings
            {
                Model = Fit(HrmPresets.SudokuExtreme, encoding),
                Trainer = TrainerPresets.SudokuExtreme(),
            },
            "sudoku-extreme-full" => new LabSettings
            {
                Model = Fit(HrmPresets.SudokuExtremeFull, encoding),
                Trainer = TrainerPresets.SudokuExtremeFull(),
            },
            _ => throw new LabException($"--preset: expected {string.Join(", ", Names)}, got '{name}'."),
        };
    }

    private static HrmConfig Fit(HrmConfig config, SudokuEncoding encoding)
        => config with { SequenceLength = encoding.SequenceLength, VocabularySize = encoding.VocabularySize };
}
