using Hrm.Core;

namespace Hrm.Tool;

/// <summary>A task as the commands see it: presets, data, evaluation and display of answers.</summary>
internal abstract class ToolTask
{
    /// <summary>The tasks of the paper.</summary>
    public static IReadOnlyList<ToolTask> All { get; } = [new SudokuToolTask(), new MazeToolTask(), new ArcToolTask()];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What the commands' help calls its puzzles.</summary>
    public abstract string Puzzles { get; }

    /// <summary>The names of its presets; the first is the default.</summary>
    public abstract IReadOnlyList<string> Presets { get; }

    /// <summary>A config and the training options that go with it.</summary>
    /// <param name="preset">One of <see cref="Presets"/>.</param>
    /// <param name="size">The size of the puzzles.</param>
    /// <param name="data">Where they come from.</param>
    public abstract RunSettings CreateSettings(string preset, PuzzleSize size, RunData data);

    /// <summary>How each example is varied when it is drawn, or <see langword="null"/>.</summary>
    public abstract IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size);

    /// <summary>Errors of the settings that are specific to this task.</summary>
    public virtual IEnumerable<string> FindFaults(RunSettings settings) => [];

    /// <summary>Collects the answers of an evaluation, and tells how good they are.</summary>
    public abstract TaskReport CreateReport(NamedDataset test);

    /// <summary>The reason why an example is not valid for this task, or <see langword="null"/>.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="split">Its name: train or test.</param>
    /// <param name="example">The number of the example.</param>
    public abstract string? FindFault(NamedDataset dataset, string split, int example);

    /// <summary>
    /// What all variants of an example have in common and other examples have not, or <see langword="null"/> where the task has no
    /// such form: by it a test example is known that is a training example in disguise.
    /// </summary>
    /// <param name="inputs">The tokens of the question.</param>
    /// <param name="labels">The labels.</param>
    public virtual object? CanonicalFormOf(int[] inputs, int[] labels) => null;

    /// <summary>The task with its symmetries, for votes over them; <see langword="null"/> where a variant has a puzzle id of its own.</summary>
    /// <param name="size">The size of the puzzles.</param>
    public virtual ISymmetricTask? CreateSymmetricTask(PuzzleSize size) => null;

    /// <summary>An example as coloured grids.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="example">The number of the example.</param>
    public abstract PuzzleView View(NamedDataset dataset, int example);

    /// <summary>An answer beside its question, right and wrong in colours; <see langword="null"/> where the task has no such view.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="inputs">The tokens of the question.</param>
    /// <param name="labels">Those of the solution.</param>
    /// <param name="answer">Those of the answer, as a model gives them.</param>
    public virtual GridView? ViewAnswer(string title, int[] inputs, int[] labels, int[] answer) => null;

    /// <summary>Puzzles for training.</summary>
    public virtual NamedDataset OpenTraining(RunData data) => NamedDataset.Open(data.Folder, NamedDataset.TrainSplit);

    /// <summary>Puzzles for testing.</summary>
    public virtual NamedDataset OpenTest(RunData data) => NamedDataset.Open(data.Folder, NamedDataset.TestSplit);

    /// <summary>The task of a name.</summary>
    public static ToolTask Of(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new UsageException($"task: expected {string.Join(", ", All.Select(task => task.Name))}, got '{name}'.");

    /// <summary>The exception for a preset that there is not.</summary>
    protected UsageException NoPreset(string preset)
        => new($"--preset: expected {string.Join(", ", Presets)}, got '{preset}'.");
}
