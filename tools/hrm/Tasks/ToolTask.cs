using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>A task as the commands see it: presets, data, evaluation and display of answers.</summary>
internal abstract class ToolTask
{
    /// <summary>The three tasks of the paper.</summary>
    public static IReadOnlyList<ToolTask> All { get; } = [new SudokuToolTask(), new MazeToolTask(), new ArcToolTask()];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The name of its puzzles in the help.</summary>
    public abstract string Puzzles { get; }

    /// <summary>The number of tokens of the paper's puzzles, for checkpoints of the authors' code, which do not have it.</summary>
    public virtual int PaperLength => 900;

    /// <summary>The names of its presets; the first is the default.</summary>
    public abstract IReadOnlyList<string> Presets { get; }

    /// <summary>Whether it reads puzzles of files besides datasets.</summary>
    public virtual bool ReadsFiles => true;

    /// <summary>Creates the settings of a preset for puzzles of a size.</summary>
    public abstract RunSettings CreateSettings(string preset, PuzzleSize size, RunData data);

    /// <summary>Creates the augmentation of drawn examples, or returns <see langword="null"/>.</summary>
    public abstract IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size);

    /// <summary>Returns the errors of settings that are specific to this task.</summary>
    public virtual IEnumerable<string> FindFaults(RunSettings settings) => [];

    /// <summary>Creates an empty report of an evaluation.</summary>
    public abstract TaskReport CreateReport(NamedDataset test);

    /// <summary>Returns the reason why an example is not valid for this task, or <see langword="null"/>.</summary>
    /// <exception cref="HrmFormatException">The tokens or labels are not valid for this task.</exception>
    public abstract string? FindFault(NamedDataset dataset, string split, int example);

    /// <summary>
    /// Returns a form that all symmetric variants of an example share and no other example has; <see langword="null"/> if the task has none.
    /// </summary>
    public virtual object? CanonicalFormOf(int[] inputs, int[] labels) => null;

    /// <summary>Creates the task for votes over its symmetries; <see langword="null"/> if a variant has its own puzzle id.</summary>
    public virtual ISymmetricTask? CreateSymmetricTask(PuzzleSize size) => null;

    /// <summary>Streams the questions of a file or of the standard input as text; <see langword="null"/> if a question is more than a text.</summary>
    /// <param name="stream">The content.</param>
    /// <param name="name">The name of the content, for errors.</param>
    /// <param name="task">The task that <see cref="CreateSymmetricTask"/> returned.</param>
    /// <param name="skipped">Receives bad lines, which are then skipped; <see langword="null"/> to throw.</param>
    public virtual IEnumerable<string>? ReadQuestions(Stream stream, string name, ISymmetricTask task, Action<HrmFormatException>? skipped) => null;

    /// <summary>Finds a solution by an exact search; <see langword="null"/> if there is none, or no such search.</summary>
    public virtual int[]? FindSolution(int[] inputs, CancellationToken cancellationToken) => null;

    /// <summary>Shows an example as coloured grids.</summary>
    public abstract PuzzleView View(NamedDataset dataset, int example);

    /// <summary>Shows an answer with its right and wrong cells, if the labels are known; <see langword="null"/> if the task has no such view.</summary>
    public virtual GridView? ViewAnswer(string title, int[] inputs, int[]? labels, int[] answer) => null;

    /// <summary>Opens the training puzzles.</summary>
    public virtual NamedDataset OpenTraining(RunData data, CancellationToken cancellationToken = default) => NamedDataset.Open(data.Folder, NamedDataset.TrainSplit);

    /// <summary>Opens the test puzzles.</summary>
    public virtual NamedDataset OpenTest(RunData data, CancellationToken cancellationToken = default) => NamedDataset.Open(data.Folder, NamedDataset.TestSplit);

    /// <summary>Returns the task of a name.</summary>
    public static ToolTask Of(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new UsageException($"task: expected {string.Join(", ", All.Select(task => task.Name))}, got '{name}'.");

    /// <summary>Creates the exception for an unknown preset.</summary>
    protected UsageException NoPreset(string preset)
        => new($"--preset: expected {string.Join(", ", Presets)}, got '{preset}'.");
}
