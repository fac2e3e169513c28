using System.CommandLine;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Ratios;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>pytorch</c>: training steps of the authors' code in an installed PyTorch against the library's, on the CPU. Both sides have the
/// authors' architecture and algorithm: attention, one-step gradient, value of continuing, AdamATan2.
/// </summary>
internal sealed class PyTorchCommand : Command
{
    private readonly Option<DirectoryInfo> _code = new Option<DirectoryInfo>("--code") { Description = "Checkout of github.com/sapientinc/HRM.", Required = true }.AcceptExistingOnly();
    private readonly Option<string> _python = new("--python") { Description = "Python with PyTorch.", DefaultValueFactory = _ => "python3" };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Number of rounds.", DefaultValueFactory = _ => 21 };

    public PyTorchCommand()
        : base("pytorch", "Training steps of the authors' code in an installed PyTorch against the library's.")
    {
        Add(_code);
        Add(_python);
        Add(_rounds);
        SetAction(result => Run(result.GetValue(_python)!, result.GetValue(_code)!.FullName, result.GetValue(_rounds)));
    }

    private static void Run(string python, string code, int rounds)
    {
        var machine = MachineState.Now();
        var threads = get_num_threads();
        var wide = HrmPresets.SudokuExtreme;
        var small = wide with { HiddenSize = 128, Heads = 4, HighLayers = 1, LowLayers = 1, PuzzleEmbeddingWidth = 0 };
        var narrow = small with { SequenceLength = 16, VocabularySize = 6, HiddenSize = 32, Heads = 1 };
        RatioRow[] rows =
        [
            Measure("27M preset, B 16", wide with { ForwardDtype = ScalarType.Float32 }, 16, threads),
            Measure("27M preset, B 16", wide, 16, threads),
            Measure("D 128 of preset small, B 64", small with { ForwardDtype = ScalarType.Float32 }, 64, threads),
            Measure("D 128 of preset small, B 64", small, 64, threads),
            Measure("D 32, B 64", narrow, 64, threads: 1) with { Bar = Bound.AtLeast(1), Goal = Bound.AtLeast(1.3) },
        ];
        RatiosCommand.Write("pytorch.md", "benchmarks -- pytorch", machine, rows);

        RatioRow Measure(string name, HrmConfig config, int batch, int threads)
        {
            set_num_threads(threads);
            var row = PyTorchCommand.Measure(name, config, batch, rounds, folder => new PyTorchProcess(python, code, folder));
            Console.WriteLine(FormattableString.Invariant($"{row.Measured,8:0.000}  {row.Quantity}: {row.Note}"));
            return row;
        }
    }

    private static RatioRow Measure(string name, HrmConfig config, int rows, int rounds, Func<string, PyTorchProcess> start)
    {
        var folder = Directory.CreateTempSubdirectory("hrm-pytorch");
        try
        {
            var options = TrainerPresets.SudokuExtreme();
            options.GlobalBatchSize = rows;
            using var generator = new Generator(1, CPU);
            using var model = RandomData.CreateModel(config);
            using var batch = RandomData.CreateBatch(config, rows);
            PyTorchProcess.Save(folder.FullName, model, batch, options);
            using var python = start(folder.FullName);
            using var trainer = new HrmTrainer(model, options, generator);
            RequireEqualLosses(name, trainer, batch, python);
            Side[] sides = [new("library", () => trainer.Step(batch)), new("PyTorch", () => python.Step())];
            var times = RoundTimes.Measure(sides, rounds, warmups: 2, TimeSpan.FromMinutes(2));
            return RatioRow.Of(
                $"training step, {name}, S {config.TokenCount}, {config.ForwardDtype.Label()}, threads {get_num_threads()}, times faster than PyTorch",
                times.Ratio("PyTorch", "library"),
                FormattableString.Invariant($"{times.MedianMs("library"):0.0} ms, PyTorch {times.MedianMs("PyTorch"):0.0}; {times.Count} rounds; {python.Facts}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The losses of the first step do not depend on random numbers.</summary>
    private static void RequireEqualLosses(string name, HrmTrainer trainer, PuzzleBatch batch, PyTorchProcess python)
    {
        trainer.Step(batch);
        var metrics = trainer.TakeMetrics();
        var loss = metrics.TokenLoss + (0.5 * (metrics.QHaltLoss + metrics.QContinueLoss));
        using var scope = NewDisposeScope();
        Equality.Require($"{name}, loss of the first step", tensor(loss), tensor(python.Step()), trainer.Model.Config.ForwardDtype == ScalarType.Float32 ? 1e-4 : 1e-2);
    }
}
