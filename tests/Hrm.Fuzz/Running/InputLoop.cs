using System.Globalization;
using Hrm.Core;
using Hrm.Fuzz.Mutations;

namespace Hrm.Fuzz.Running;

/// <summary>Makes the inputs of a target and reads each. Any exception that is not documented is a failure, as is too much time or memory.</summary>
internal sealed class InputLoop(FuzzPlan plan, FuzzTarget target, TimeProvider time, TextWriter console)
{
    private const long AllowedPerByte = 64;
    private const long ResidentAllowance = 768L << 20;
    private const long FewInputs = 200;
    private const int LongestMessage = 4096;

    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _failures = new(StringComparer.Ordinal);

    /// <summary>Runs the plan. Failures of one kind count once; the first of each kind is reported and its input kept.</summary>
    public FuzzSummary Run()
    {
        var folder = new WorkFolder(Directory.CreateTempSubdirectory("hrm-fuzz-").FullName);
        try
        {
            return Run(folder);
        }
        finally
        {
            Directory.Delete(folder.Path, recursive: true);
        }
    }

    private FuzzSummary Run(WorkFolder folder)
    {
        foreach (var seed in target.Seeds)
        {
            folder.Put(seed.Files);
            target.Read(folder.Path); // If a valid input were refused, the mutations would test nothing.
        }

        var resident = Environment.WorkingSet;
        using var watchdog = new Watchdog(time, LongestRead, resident + ResidentAllowance);
        Directory.CreateDirectory(plan.Output);
        using var progress = File.OpenHandle(plan.ProgressPath, FileMode.Create, FileAccess.Write, FileShare.Read);
        var summary = new FuzzSummary { Target = plan.Target };
        var started = time.GetTimestamp();
        for (var index = plan.First; index < plan.First + plan.Inputs && time.GetElapsedTime(started) < plan.Time; index++)
        {
            RandomAccess.Write(progress, BitConverter.GetBytes(index), 0);
            summary = Try(index, folder, watchdog, summary);
        }

        if (summary.Inputs >= FewInputs && (summary.Refused == 0 || summary.Refused == summary.Inputs))
        {
            Report("the mutations test nothing: all inputs were read, or all were refused", plan.First, folder.Path);
        }

        return summary with { Failures = _failures.Count, Time = time.GetElapsedTime(started), ResidentGrowth = Environment.WorkingSet - resident };
    }

    private FuzzSummary Try(long index, WorkFolder folder, Watchdog watchdog, FuzzSummary summary)
    {
        var size = Make(index, folder);
        var refused = 0;
        var allocated = GC.GetTotalAllocatedBytes();
        var started = time.GetTimestamp();
        watchdog.Start();
        try
        {
            target.Read(folder.Path);
        }
        catch (HrmException exception)
        {
            refused = 1;
            if (FindFault(exception.Message) is { } fault)
            {
                Report($"{exception.GetType().Name}: {fault}", index, folder.Path);
            }
        }
        catch (Exception exception)
        {
            Report($"{exception.GetType()}: {exception.Message}\n{exception.StackTrace}", index, folder.Path);
        }
        finally
        {
            watchdog.Stop();
        }

        var read = time.GetElapsedTime(started);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        if (allocated > target.Allowance + (AllowedPerByte * size))
        {
            Report($"too much memory: {allocated >> 20} MiB allocated for an input of {size} bytes", index, folder.Path);
        }

        return summary with
        {
            Inputs = summary.Inputs + 1,
            Refused = summary.Refused + refused,
            LongestRead = read > summary.LongestRead ? read : summary.LongestRead,
            MostAllocated = Math.Max(allocated, summary.MostAllocated),
        };
    }

    /// <summary>A message goes to logs and consoles: it must not fill them, nor forge lines or escapes in them.</summary>
    private static string? FindFault(string message) => message switch
    {
        _ when string.IsNullOrWhiteSpace(message) => "a message without a text",
        { Length: > LongestMessage } => $"a message of {message.Length} characters",
        _ when message.Any(char.IsControl) => "a message with control characters",
        _ => null,
    };

    /// <summary>Writes the input of a number into the folder, and returns its size.</summary>
    private long Make(long index, WorkFolder folder)
    {
        var random = new StatefulRandom(plan.Seed).Split(index);
        var seed = target.Seeds[random.Next(target.Seeds.Count)];
        var damaged = seed.Damaged[random.Next(seed.Damaged.Count)];
        var files = seed.Files.ToDictionary(StringComparer.Ordinal);
        files[damaged] = new FileMutations(random, target.Tokens).Apply(damaged, files[damaged]);
        if (random.Next(4) > 0)
        {
            target.Repair(files);
        }

        folder.Put(files);
        return files.Values.Sum(file => (long)file.Length);
    }

    /// <summary>Keeps the first input of each kind of failure. The kind is the first lines of the error without digits.</summary>
    private void Report(string problem, long index, string folder)
    {
        var kind = string.Concat(string.Join('\n', problem.Split('\n').Take(3)).Where(character => !char.IsAsciiDigit(character)));
        if (!_failures.Add(kind))
        {
            return;
        }

        var kept = Path.Combine(plan.Output, string.Create(CultureInfo.InvariantCulture, $"{plan.Target}-{plan.Seed}-{index}"));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(kept, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        console.WriteLine($"FAILED  {plan.Target}, seed {plan.Seed}, input {index} ({kept}): {problem}");
    }
}
