using Hrm.Core;
using Hrm.Samples.QuickStart;

namespace Hrm.Samples.SolverService;

/// <summary>The model to serve where none is named: the 4×4 Sudoku model of QuickStart, trained here if QuickStart never ran.</summary>
internal static class StandInModel
{
    private const string CacheVariable = "HRM_CACHE";
    private const string ConfigName = "config.json";

    /// <summary>Where the model may be: where QuickStart leaves it, then a cache of this user.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static IReadOnlyList<string> Folders(Func<string, string?> environment)
    {
        var cache = environment(CacheVariable) is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "hrm");
        return [Path.GetFullPath(Path.Combine("runs", "quickstart")), Path.GetFullPath(Path.Combine(cache, "models", "sudoku-4x4"))];
    }

    /// <summary>The folder of a model.</summary>
    /// <param name="folders">Where it may be; trained into the last one if it is nowhere.</param>
    /// <param name="console">Told how the training goes, where there is one.</param>
    public static string Provide(IReadOnlyList<string> folders, TextWriter console)
    {
        if (folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, ConfigName))) is { } found)
        {
            return found;
        }

        var folder = folders[^1];
        console.WriteLine($"No --model: training the 4×4 Sudoku model of QuickStart once, for about a minute, into {folder}");
        using var sample = new FourByFour(seed: 1);
        Train(sample, console);
        Keep(sample.Model, folder);
        return folder;
    }

    /// <summary>Saves a model under another name first: a folder of the right name is a whole model.</summary>
    internal static void Keep(HrmModel model, string folder)
    {
        var unfinished = $"{folder}.{Environment.ProcessId}";
        model.Save(unfinished);
        try
        {
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, ConfigName)))
        {
            // Another service was faster: its model is as good.
            Directory.Delete(unfinished, recursive: true);
        }
    }

    private static void Train(FourByFour sample, TextWriter console)
    {
        const int ReportEvery = 200;
        var elapsed = sample.Train((step, metrics) =>
        {
            if (step % ReportEvery == 0)
            {
                console.WriteLine(FormattableString.Invariant($"  step {step} of {sample.Steps}: {metrics.ExactAccuracy:P0} exact"));
            }
        });
        console.WriteLine(FormattableString.Invariant($"Trained in {elapsed.TotalSeconds:F0} s."));
    }
}
