using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.PuzzleLab;
using Hrm.TestKit;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.PuzzleLab.Tests;

/// <summary>A finished run has the model of its last evaluation, or says that it has not.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly SudokuEncoding Encoding = new(SudokuShape.Four);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_model_that_could_not_be_written_is_written_when_the_run_is_resumed(double emaDecay)
    {
        Train("whole", emaDecay, isResumed: false);
        var expected = File.ReadAllBytes(Path.Combine(_folder["whole"], "model.safetensors"));
        var path = Path.Combine(_folder["run"], "model.safetensors");
        Directory.CreateDirectory(Path.Combine(path, "in the way"));
        FluentActions.Invoking(() => Train("run", emaDecay, isResumed: false)).Should().Throw<HrmFileException>();
        FluentActions.Invoking(() => Train("run", emaDecay, isResumed: true)).Should().Throw<HrmFileException>("it still cannot be written");

        Directory.Delete(path, recursive: true);
        File.WriteAllText(path, "an older model");
        Train("run", emaDecay, isResumed: true);

        File.ReadAllBytes(path).Should().Equal(expected);
    }

    private void Train(string name, double emaDecay, bool isResumed)
    {
        var settings = new LabSettings
        {
            Model = HrmPresets.Tiny(Encoding.SequenceLength, Encoding.VocabularySize),
            Trainer = { TotalSteps = 2, WarmupSteps = 0, GlobalBatchSize = 4, EmaDecay = emaDecay },
            Evaluations = 1,
        };
        using var training = new LabTraining(settings, Puzzles(8), Puzzles(2), new RunFolder(_folder[name]), torch.CPU, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }));
        _ = isResumed ? training.Resume(CancellationToken.None) : training.Start(CancellationToken.None);
    }

    private static LabDataset Puzzles(int count)
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(count, 8);
        return new LabDataset(new InMemoryPuzzleDataset(puzzles.Select(Encoding.ToExample), Encoding.VocabularySize), [], []);
    }
}
