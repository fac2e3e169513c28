using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>ARC tasks. A dataset contains the augmentations, each with its own puzzle id.</summary>
internal sealed class ArcToolTask : ToolTask
{
    /// <summary>The usual colours of ARC, 0 to 9: black, blue, red, green, yellow, grey, fuchsia, orange, teal, brown.</summary>
    private static readonly Color[] Palette =
    [
        new(0x00, 0x00, 0x00), new(0x00, 0x74, 0xD9), new(0xFF, 0x41, 0x36), new(0x2E, 0xCC, 0x40), new(0xFF, 0xDC, 0x00),
        new(0xAA, 0xAA, 0xAA), new(0xF0, 0x12, 0xBE), new(0xFF, 0x85, 0x1B), new(0x7F, 0xDB, 0xFF), new(0x87, 0x0C, 0x25),
    ];

    private const int SmallPuzzleEmbedding = 128;
    private const int SmallCanvas = 12;

    public override string Name => "arc";

    public override string Puzzles => "ARC tasks";

    public override bool ReadsFiles => false;

    public override IReadOnlyList<string> Presets { get; } = ["small", "arc"];

    public override RunSettings CreateSettings(string preset, PuzzleSize size, RunData data) => preset switch
    {
        "small" => new RunSettings
        {
            Model = Small(size),
            Trainer = SmallTrainer(size),
            Augmentation = { Symmetries = false },
            EvaluationBatchSize = 50,
        },
        "arc" => new RunSettings
        {
            Model = size.Fit(HrmPresets.Arc(size.PuzzleIdCount)),
            Trainer = TrainerPresets.Arc(),
            Augmentation = { Symmetries = false },
            EvaluationBatchSize = 50,
        },
        _ => throw NoPreset(preset),
    };

    public override IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size) => null;

    public override IEnumerable<string> FindFaults(RunSettings settings)
    {
        if (settings.Augmentation.Symmetries || settings.Augmentation.HintProbability > 0)
        {
            yield return "Augmentation: expected Symmetries false and HintProbability 0, as an ARC dataset contains its variants with their own puzzle ids";
        }
    }

    public override TaskReport CreateReport(NamedDataset test) => new ArcReport(test);

    public override string? FindFault(NamedDataset dataset, string split, int example) => ArcRules.FindFault(dataset, split == NamedDataset.TestSplit, example);

    public override PuzzleView View(NamedDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var grids = new List<GridView> { View("input", ArcEncoding.Decode(inputs).Grid) };
        if (labels.AsSpan().ContainsAnyExcept(PuzzleBatch.IgnoredLabel))
        {
            grids.Add(View("output", ArcEncoding.Decode(labels).Grid));
        }

        return new PuzzleView($"example {example}, {dataset.IdentifierOf(example)}", grids);
    }

    /// <summary>Shows a grid in the usual colours.</summary>
    public static GridView View(string title, ArcGrid grid)
    {
        var cells = new CellView[grid.Cells.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            // The digit has the colour of its background, so it is visible only without colours.
            var number = grid.Cells[cell];
            cells[cell] = new CellView($"{number}", Palette[number], Palette[number]);
        }

        return new GridView(title, grid.Columns, cells);
    }

    private static bool IsSmall(PuzzleSize size) => size.SequenceLength <= SmallCanvas * SmallCanvas;

    private static HrmConfig Small(PuzzleSize size) => size.Fit(HrmPresets.Small(size.SequenceLength, size.VocabularySize)) with
    {
        PuzzleEmbeddingWidth = SmallPuzzleEmbedding,
        Mixing = IsSmall(size) ? TokenMixing.Convolution : TokenMixing.TokenMixer,
    };

    private static TrainerOptions SmallTrainer(PuzzleSize size)
    {
        var options = TrainerPresets.Small();
        if (IsSmall(size))
        {
            // A run of an hour sees each id a few dozen times: at the paper's rate the ids would be learned too slowly.
            options.PuzzleLearningRate = 0.1;
            options.MinLearningRateRatio = 0.01;
            options.EmaDecay = 0.999;
            options.Halting.MaxSegments = 4;
        }
        else
        {
            // The canvas has eleven times the tokens of a Sudoku; the learning rate of puzzle ids is that of the paper.
            options.GlobalBatchSize = 16;
            options.PuzzleLearningRate = TrainerPresets.Arc().PuzzleLearningRate;
        }

        return options;
    }
}
