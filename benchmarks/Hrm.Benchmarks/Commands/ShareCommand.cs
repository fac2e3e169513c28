using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>share</c>: how much of a training's time is neither forward, backward nor optimizer: data, refilling, halting, checks,
/// metrics, reports. 27M preset, float32, batch 16, a report each step.
/// </summary>
internal static class ShareCommand
{
    public const string Name = "share";

    private const int Warmup = 2;
    private const int Steps = 10;

    public static int Run()
    {
        var workload = TrainingWorkload.Of(TrainingPreset.SudokuExtreme, FloatKind.F32);
        workload.Options.TotalSteps = Warmup + Steps;
        using var generator = new torch.Generator(1);
        using var model = RandomModel.Create(workload.Config);
        using var trainer = workload.CreateTrainer(model, generator);
        var encoding = new SudokuEncoding(SudokuShape.Nine);
        var examples = SudokuCsv.Read(Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"), SudokuShape.Nine).Select(encoding.ToExample);
        using var stream = new TrainingStream(
            new InMemoryPuzzleDataset(examples, encoding.VocabularySize),
            workload.Options.GlobalBatchSize,
            augmentation: new SudokuAugmentation(SudokuShape.Nine));
        var path = Path.Combine(Directory.CreateTempSubdirectory("hrm-share").FullName, "metrics.jsonl");
        var log = new JsonLinesLog(path);
        using var run = new TrainingRun(trainer, stream, new TrainingRunOptions { ReportInterval = 1 }) { Logs = [log] };
        var clock = new StepClock(trainer);
        run.Run(clock);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        var (wall, times) = clock.Since(Warmup);
        Write("forward", times.Forward, wall);
        Write("backward", times.Backward, wall);
        Write("optimizer", times.Optimizer, wall);
        Write("trainer's own", times.Own, wall);
        Write("run, data and reports", wall - times.Total, wall);
        Write("everything but forward, backward, optimizer", wall - times.Total + times.Own, wall);
        return 0;
    }

    private static void Write(string what, TimeSpan time, TimeSpan wall) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-45}{time.TotalMilliseconds / Steps,10:F2} ms a step{100 * (time / wall),9:F2} %"));

    /// <summary>Notes the clock and the trainer's times at each report.</summary>
    private sealed class StepClock(HrmTrainer trainer) : IProgress<TrainingReport>
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly List<(TimeSpan Wall, StepTimes Times)> _notes = [];

        public void Report(TrainingReport value) => _notes.Add((_watch.Elapsed, trainer.Times));

        public (TimeSpan Wall, StepTimes Times) Since(int step) => (_notes[^1].Wall - _notes[step - 1].Wall, _notes[^1].Times - _notes[step - 1].Times);
    }
}
