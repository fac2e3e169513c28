using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.Core;
using Hrm.Puzzles;
using Xunit.Abstractions;

namespace Hrm.PublicApi.Tests;

/// <summary>A training that is killed, stopped or out of disk resumes, and ends with the weights of an uninterrupted one.</summary>
public sealed class InterruptedTrainingTests : IDisposable
{
    private const string KillsVariable = "HRM_KILLS";
    private const int Steps = 60;
    private const int LongSteps = 200; // Still running when the signal arrives.
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly ITestOutputHelper _output;
    private readonly string _folder = Directory.CreateTempSubdirectory("hrm-interrupted").FullName;

    public InterruptedTrainingTests(ITestOutputHelper output)
    {
        _output = output;
        var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 200, testPuzzles: 40, new StatefulRandom(3));
        Write("train.csv", puzzles.Training);
        Write("test.csv", puzzles.Test);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Kills at 12 moments; the environment variable <c>HRM_KILLS</c> sets another number.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void Killed_at_any_moment_it_resumes_bit_for_bit()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable(KillsVariable) ?? "12", CultureInfo.InvariantCulture);
        var expected = TrainWhole("whole");
        var clock = Stopwatch.StartNew();
        TrainWhole("again").Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        var length = clock.Elapsed; // Of the second run, because the first one starts on cold files.
        var random = new Random(20261125);
        var (killed, resumed) = (0, 0);
        for (var i = 0; i < kills; i++)
        {
            var run = Path.Combine(_folder, $"run{i}");
            var moment = length * random.NextDouble();
            using (var process = ToolProcess.Start(StartArguments(run)))
            {
                if (!process.WaitForExit(moment))
                {
                    process.Kill();
                    process.WaitForExit();
                    killed++;
                }
            }

            // Without a checkpoint there is nothing to resume, and the same command starts again.
            var canResume = Directory.Exists(Checkpoints(run)) && Directory.EnumerateDirectories(Checkpoints(run), "step-*").Any();
            resumed += canResume ? 1 : 0;
            var (code, output) = ToolProcess.Run(canResume ? ["train", "sudoku", "--resume", run] : StartArguments(run));
            code.Should().Be(0, output);
            output.Contains("Resumed from step").Should().Be(canResume, output);
            Result(run).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering(), $"killed after {moment.TotalSeconds:F3} s");
            Directory.Delete(run, recursive: true);
        }

        _output.WriteLine($"{killed} of {kills} runs were killed while they ran, {resumed} resumed from a checkpoint; all ended with the weights of the uninterrupted run");
        killed.Should().BeGreaterThan(kills / 2);
        resumed.Should().BeGreaterThan(kills / 5);
    }

    /// <summary>A limit of the file size simulates the full disk.</summary>
    [Fact]
    public void A_stopped_run_survives_a_full_disk_and_resumes_bit_for_bit()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There is no SIGTERM and no such limit.
        }

        var expected = TrainWhole("whole", LongSteps);
        var run = Path.Combine(_folder, "stopped");
        var (code, output) = Stop(run);
        code.Should().Be(130, output);
        ToolProcess.InOneLine(output).Should().Contain("stopped after step ").And.Contain("resume with: train sudoku --resume");
        var before = Directory.GetDirectories(Checkpoints(run)).Order().ToArray();

        (code, output) = ToolProcess.RunWithFileLimit(65_536, "Resumed from step", "train", "sudoku", "--resume", run);
        code.Should().Be(1, output);
        ToolProcess.InOneLine(output).Should().Contain($"The checkpoint of step {LongSteps - 5} could not be saved; training continues")
            .And.Contain("error:").And.Contain("too large for the file system").And.NotContain("   at ");
        Directory.GetDirectories(Checkpoints(run)).Order().Should().Equal(before);

        (code, output) = ToolProcess.Run("train", "sudoku", "--resume", run, "--minutes", "5");
        code.Should().Be(0, output);
        ToolProcess.InOneLine(output).Should().Contain("Resumed from step ").And.Contain("--minutes: ignored: a resumed run keeps the values that it was started with");
        Result(run, LongSteps).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());

        (code, output) = ToolProcess.Run(StartArguments(run, LongSteps));
        code.Should().Be(2);
        ToolProcess.InOneLine(output).Should().Contain($"holds a run that was at step {LongSteps}");
    }

    /// <summary>A closed terminal, and an impatient user.</summary>
    [Theory]
    [InlineData(SigHup)]
    [InlineData(SigHup, SigTerm, SigInt, SigTerm, SigTerm, SigHup)]
    public void Any_signals_stop_it_like_one(params int[] signals)
    {
        if (OperatingSystem.IsWindows() || (signals is [SigHup] && IsIgnored(SigHup)))
        {
            return; // Windows has no such signals; an ignored SIGHUP is inherited, for instance from nohup, and .NET keeps it.
        }

        var run = Path.Combine(_folder, "stopped");
        var (code, output) = Stop(run, signals);
        code.Should().Be(130, output);
        ToolProcess.InOneLine(output).Should().Contain("stopped after step ").And.Contain("resume with: train sudoku --resume").And.NotContain("   at ");
        Directory.EnumerateDirectories(Checkpoints(run)).Should().NotBeEmpty();
        if (signals.Length > 1)
        {
            ToolProcess.Run("train", "sudoku", "--resume", run).Code.Should().Be(0);
        }
    }

    [Fact]
    public void A_damaged_newest_checkpoint_is_named_and_the_one_before_is_resumed()
    {
        var expected = TrainWhole("whole");
        var run = Path.Combine(_folder, "whole");
        var newest = Directory.GetDirectories(Checkpoints(run), "step-*").Max()!;
        var file = Path.Combine(newest, "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(file, bytes);

        var (code, output) = ToolProcess.Run("train", "sudoku", "--resume", run);

        code.Should().Be(0, output);
        ToolProcess.InOneLine(output).Should().Contain("could not be used").And.Contain("damaged: expected SHA-256").And.Contain("Resumed from step 55");
        Result(run).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
    }

    private static string Checkpoints(string run) => Path.Combine(run, "checkpoints");

    private string[] StartArguments(string run, int steps = Steps) =>
    [
        "train", "sudoku", "--side", "4", "--preset", "tiny", "--steps", $"{steps}", "--threads", "1", "--output", run,
        "--train", Path.Combine(_folder, "train.csv"), "--test", Path.Combine(_folder, "test.csv"),
        "--set", "Trainer:GlobalBatchSize=16", "--set", "Trainer:EmaDecay=0.9", "--set", "Trainer:Halting:MaxSegments=4",
        "--set", "Run:CheckpointInterval=5", "--set", "Run:ReportInterval=7", "--set", "EpochsPerIteration=1", "--set", "Evaluations=2",
    ];

    /// <summary>Starts a run, and sends signals after its first report.</summary>
    private (int Code, string Output) Stop(string run, params int[] signals)
    {
        var process = ToolProcess.Start(StartArguments(run, LongSteps));
        SpinWait.SpinUntil(() => File.Exists(Path.Combine(run, "metrics.jsonl")), TimeSpan.FromSeconds(60)).Should().BeTrue();
        foreach (var signal in signals.DefaultIfEmpty(SigTerm))
        {
            _ = Kill(process.Id, signal); // The process may have ended already.
            Thread.Sleep(signals.Length); // Later signals arrive while it saves.
        }

        return ToolProcess.Finish(process);
    }

    private Dictionary<string, string> TrainWhole(string name, int steps = Steps)
    {
        var run = Path.Combine(_folder, name);
        var (code, output) = ToolProcess.Run(StartArguments(run, steps));
        code.Should().Be(0, output);
        return Result(run, steps);
    }

    /// <summary>Checksums of the saved model, and of model and training state of the last checkpoint.</summary>
    private static Dictionary<string, string> Result(string run, int steps = Steps)
    {
        var last = Path.Combine(Checkpoints(run), $"step-{steps:d12}");
        string[] files = [Path.Combine(run, "model.safetensors"), Path.Combine(last, "model.safetensors"), Path.Combine(last, "training.safetensors")];
        return files.ToDictionary(
            file => Path.GetRelativePath(run, file),
            file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
    }

    private void Write(string name, IEnumerable<SudokuPuzzle> puzzles) => File.WriteAllLines(
        Path.Combine(_folder, name),
        ["source,question,answer,rating", .. puzzles.Select(puzzle => $"made,{Text(puzzle.Question)},{Text(puzzle.Answer)},0")]);

    private static string Text(SudokuGrid grid) => string.Concat(grid.Digits.ToArray().Select(digit => digit == 0 ? "." : $"{digit}"));

    /// <summary>Whether this process, and so each that it starts, ignores a signal.</summary>
    private static bool IsIgnored(int signal)
    {
        const string Status = "/proc/self/status";
        const string Field = "SigIgn:";
        return File.Exists(Status)
            && (Convert.ToUInt64(File.ReadLines(Status).Single(line => line.StartsWith(Field))[Field.Length..].Trim(), 16) >> (signal - 1) & 1) == 1;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
