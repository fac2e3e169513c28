using Hrm.Samples.QuickStart;

namespace Hrm.Samples.SolverService;

/// <summary>The model to serve where none is named: the 4×4 Sudoku model of QuickStart, trained here if QuickStart never ran.</summary>
internal static class StandInModel
{
    private const string CacheVariable = "HRM_CACHE";

    /// <summary>The folder of a model.</summary>
    /// <param name="console">Told how the training goes, where there is one.</param>
    public static string Provide(TextWriter console)
    {
        string[] folders = [Path.Combine("runs", "quickstart"), CacheFolder()];
        if (folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "config.json"))) is { } found)
        {
            return found;
        }

        Train(folders[^1], console);
        return folders[^1];
    }

    private static string CacheFolder()
    {
        var cache = Environment.GetEnvironmentVariable(CacheVariable) is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "hrm");
        return Path.GetFullPath(Path.Combine(cache, "models", "sudoku-4x4"));
    }

    private static void Train(string folder, TextWriter console)
    {
        const int ReportEvery = 200;
        console.WriteLine($"No --model: training the 4×4 Sudoku model of QuickStart once, for about a minute, into {folder}");
        using var sample = new FourByFour(seed: 1);
        var elapsed = sample.Train((step, metrics) =>
        {
            if (step % ReportEvery == 0)
            {
                console.WriteLine(FormattableString.Invariant($"  step {step} of {sample.Steps}: {metrics.ExactAccuracy:P0} exact"));
            }
        });
        console.WriteLine(FormattableString.Invariant($"Trained in {elapsed.TotalSeconds:F0} s."));

        // Under another name first: a folder of the right name is a whole model.
        var unfinished = $"{folder}.{Environment.ProcessId}";
        sample.Model.Save(unfinished);
        Directory.Move(unfinished, folder);
    }
}
