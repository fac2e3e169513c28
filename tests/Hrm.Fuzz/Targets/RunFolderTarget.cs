using System.Security.Cryptography;
using System.Text;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Tool;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Fuzz.Targets;

/// <summary>A run of the tool as a whole: its settings, its model, its checkpoints, as <c>train --resume</c> and <c>evaluate</c> read them first.</summary>
internal sealed class RunFolderTarget : FuzzTarget
{
    private static readonly SudokuTask Sudoku = new(SudokuShape.Four);
    private static readonly IAnsiConsole Quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });

    public RunFolderTarget()
    {
        using var folder = new TemporaryFolder();
        using (var training = Training(Settings(), folder.Path))
        {
            training.Start(CancellationToken.None);
        }

        // What changes with the clock is no part of a seed.
        Directory.Delete(folder["tensorboard"], recursive: true);
        var seed = FuzzSeed.OfFolder(folder.Path);
        Seeds = [seed with { Damaged = [.. seed.Damaged, "run.json", "run.json", "run.json", "config.json"] }];
    }

    public override IReadOnlyList<FuzzSeed> Seeds { get; }

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "Task", "Model", "Trainer", "Data", "Threads", "Device", "Seed", "Run", "hidden_size", "seq_len", "vocab_size", "forward_dtype", "step", "format_version", "null", "NaN",
        "2000000000", "/dev/zero", "sudoku", "maze", "arc", "Hrm", "Direct", "Shared", "Recurrent", "OneStep", "FullUnroll",
    ];

    public override void Repair(Dictionary<string, byte[]> files)
    {
        foreach (var step in files.Keys.Where(name => name.EndsWith("SHA256SUMS", StringComparison.Ordinal)).ToArray())
        {
            var folder = step[..^"SHA256SUMS".Length];
            var sums = files.Where(file => file.Key != step && file.Key.StartsWith(folder, StringComparison.Ordinal))
                .OrderBy(file => file.Key, StringComparer.Ordinal)
                .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(file.Value))}  {Path.GetFileName(file.Key)}\n");
            files[step] = Encoding.UTF8.GetBytes(string.Concat(sums));
        }
    }

    public override void Read(string folder)
    {
        var settings = new RunFolder(folder).ReadSettings(ToolTask.Of("sudoku"));
        using (var model = Architectures.Load(folder, settings, torch.CPU, null))
        {
            Require(model.Config.VocabularySize > 0, "a model is read, or refused");
        }

        using var store = CheckpointStore.Open(new RunFolder(folder).CheckpointsPath);
        Architectures.RequireRoom(settings, store.Steps.Select(store.PathOf));
        using var generator = new torch.Generator((ulong)settings.Seed);
        using var resumed = Architectures.Create(settings.Architecture, settings.Model, generator);
        using var trainer = new HrmTrainer(resumed, settings.Trainer, generator);
        Require(store.Restore(trainer) is not null, "a checkpoint is restored, or refused");
    }

    private static TrainingSession Training(RunSettings settings, string folder) => new(settings, Puzzles(), Puzzles(), new RunFolder(folder), torch.CPU, Quiet);

    private static RunSettings Settings() => new()
    {
        Model = TinyModel.Config with { SequenceLength = Sudoku.SequenceLength, VocabularySize = Sudoku.VocabularySize, PuzzleEmbeddingWidth = 0, PuzzleIdCount = 1 },
        Trainer = { TotalSteps = 1, WarmupSteps = 0, GlobalBatchSize = 2, Halting = { MaxSegments = 1 } },
        Evaluations = 1,
    };

    private static NamedDataset Puzzles()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(2, 8);
        return new NamedDataset(new InMemoryPuzzleDataset(puzzles.Select(Sudoku.ToExample), Sudoku.VocabularySize), [], []);
    }
}
