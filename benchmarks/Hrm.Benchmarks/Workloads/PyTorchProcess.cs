using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>A Python process that takes a training step of the authors' code for each line it reads: <c>PyTorch/training_step.py</c>.</summary>
internal sealed class PyTorchProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts the process with the authors' code and a saved model.</summary>
    /// <exception cref="MeasurementException">The program does not exist or ended.</exception>
    public PyTorchProcess(string python, string code, string folder)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "PyTorch", "training_step.py");
        var start = new ProcessStartInfo(python, [script, code, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";

        // As in this process: threads that wait in a loop would disturb the other side.
        start.Environment.TryAdd("GOMP_SPINCOUNT", "2000");
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new MeasurementException($"{python}: {exception.Message}");
        }

        Facts = ReadLine();
    }

    /// <summary>Version of PyTorch, and replacements of packages that it does not run.</summary>
    public string Facts { get; }

    /// <summary>Saves a model, the batch of every step, and the settings of the training.</summary>
    public static void Save(string folder, HrmModel model, PuzzleBatch batch, TrainerOptions options)
    {
        model.Save(folder);
        var training = new
        {
            threads = get_num_threads(),
            rows = batch.Size,
            inputs = Values(batch.Inputs),
            labels = Values(batch.Labels!),
            ids = Values(batch.PuzzleIds),
            lr = options.LearningRate,
            weight_decay = options.Optimizer.WeightDecay,
            max_segments = options.Halting.MaxSegments,
            exploration = options.Halting.ExplorationProbability,
        };
        File.WriteAllText(Path.Combine(folder, "batch.json"), JsonSerializer.Serialize(training));

        static long[] Values(Tensor tensor)
        {
            using var wide = tensor.to_type(ScalarType.Int64);
            return wide.data<long>().ToArray();
        }
    }

    /// <summary>Takes a training step and returns its loss, divided by the number of rows.</summary>
    /// <exception cref="MeasurementException">The process ended.</exception>
    public double Step()
    {
        _process.StandardInput.WriteLine();
        return double.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new MeasurementException("PyTorch: expected a line, but the process ended");
}
