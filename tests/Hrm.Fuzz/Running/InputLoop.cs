using System.Globalization;
using Hrm.Core;
using Hrm.Fuzz.Mutations;

namespace Hrm.Fuzz.Running;

/// <summary>Makes the inputs of a target and reads each: a documented exception is an answer, any other a failure, as are too much time or memory.</summary>
internal sealed class InputLoop(FuzzPlan plan, FuzzTarget target, TimeProvider time, TextWriter console)
{
    private const long AllowedPerByte = 64;
    private const long ResidentAllowance = 768L << 20;
    private const long FewInputs = 200;
    private const int LongestMessage = 4096;

    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, long> _failures = new(StringComparer.Ordinal);

    /// <summary>Runs the plan. The summary counts one failure of a kind; each is kept and told when it is first seen.</summary>
    public FuzzSummary Run(Progress progress)
    {
        var folder = new WorkFolder(Directory.CreateTempSubdirectory("hrm-fuzz-").FullName);
        try
        {
            return Run(folder, progress);
        }
        finally
        {
            Directory.Delete(folder.Path, recursive: true);
        }
    }

    private FuzzSummary Run(WorkFolder folder, Progress progress)
    {
        foreach (var seed in target.Seeds)
        {
            folder.Put(seed.Files);
            target.Read(folder.Path); // A sound input that is refused would make the mutations pointless.
        }

        var resident = Environment.WorkingSet;
        using var watchdog = new Watchdog(time, LongestRead, resident + ResidentAllowance);
        var summary = new FuzzSummary { Target = plan.Target };
        var started = time.GetTimestamp();
        for (var index = plan.First; index < plan.First + plan.Inputs && time.GetElapsedTime(started) < plan.Time; index++)
        {
            progress.Index = index;
            summary = Try(index, folder, watchdog, summary);
        }

        if (summary.Inputs >= FewInputs && (summary.Accepted == 0 || summary.Refused == 0))
        {
            Report("the mutations test nothing: all inputs had the same fate", plan.First, folder.Path);
        }

        return summary with { Failures = _failures.Count, Time = time.GetElapsedTime(started), ResidentGrowth = Environment.WorkingSet - resident };
    }

    private FuzzSummary Try(long index, WorkFolder folder, Watchdog watchdog, FuzzSummary summary)
    {
        var size = Make(index, folder);
        var isRefused = false;
        var allocated = GC.GetTotalAllocatedBytes();
        var started = time.GetTimestamp();
        watchdog.Start();
        try
        {
            target.Read(folder.Path);
        }
        catch (HrmException exception)
        {
            isRefused = true;
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
            Accepted = summary.Accepted + (isRefused ? 0 : 1),
            Refused = summary.Refused + (isRefused ? 1 : 0),
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

    /// <summary>Puts the input of a number into the folder; returns its size.</summary>
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

    /// <summary>Keeps the first input of each kind of failure. The first lines of an error, without its numbers, are its kind.</summary>
    private void Report(string problem, long index, string folder)
    {
        var kind = string.Concat(string.Join('\n', problem.Split('\n').Take(3)).Where(character => !char.IsAsciiDigit(character)));
        if (!_failures.TryAdd(kind, index))
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
