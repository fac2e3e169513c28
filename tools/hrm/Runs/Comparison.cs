using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hrm.Tool;

/// <summary>A comparison of recipes: the recipes, their runs and what was measured of them. Stored as <c>comparison.json</c>.</summary>
internal sealed record Comparison
{
    private const int MaxBytes = 64 << 20;

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The preset that the recipes change.</summary>
    public required string Preset { get; init; }

    /// <summary>The puzzles that the command line named.</summary>
    public required RunData Data { get; init; }

    /// <summary>The number of validation puzzles per source list.</summary>
    public required int Validation { get; init; }

    /// <summary>The number of libtorch's threads.</summary>
    public required int Threads { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>Whether CUDA may round the factors of float32 products to TensorFloat-32.</summary>
    public required bool AllowTensorFloat32 { get; init; }

    public List<Recipe> Recipes { get; init; } = [];

    public List<RecipeRun> Runs { get; init; } = [];

    /// <summary>Reads a comparison.</summary>
    /// <exception cref="UsageException">The file is not a comparison.</exception>
    public static Comparison Read(string path)
    {
        try
        {
            var comparison = RunFolder.ParseFile(path, MaxBytes).Deserialize<Comparison>(RunFolder.Json)!;
            if (!comparison.IsSound())
            {
                throw new UsageException($"{path}: expected settings and a time above 0 per recipe, a recipe and steps per run, and {RunPoint.Depths.Count} numbers per list of puzzles.");
            }

            comparison.Recipes.ForEach(recipe => SettingsReader.Check(recipe.Settings));
            return comparison;
        }
        catch (JsonException error)
        {
            throw new UsageException($"{path}: expected a comparison of recipes: {error.Message}");
        }
    }

    /// <summary>Returns whether the parts of the file fit together.</summary>
    private bool IsSound()
    {
        var hasRecipes = Recipes.TrueForAll(recipe => recipe is { Name: not null, Settings: not null, SecondsPerStep: > 0 } && Recipe.IsName(recipe.Name))
            && Recipes.DistinctBy(recipe => recipe.Name).Count() == Recipes.Count;
        if (!hasRecipes || !Runs.TrueForAll(IsSoundRun))
        {
            return false;
        }

        var lists = Runs.SelectMany(run => run.Points).Select(point => point.Exact).ToArray();
        return Array.TrueForAll(lists, exact => exact.ContainsKey(ListNames.All)
            && exact.Keys.SequenceEqual(lists[0].Keys)
            && !exact.Keys.Any(ListNames.HasControls)
            && exact.Values.All(shares => shares?.Length == RunPoint.Depths.Count));

        bool IsSoundRun(RecipeRun run) => run is { Steps: > 0 }
            && Recipes.Exists(recipe => recipe.Name == run.Recipe)
            && run.Points.TrueForAll(point => point is { Exact: not null })
            && (run.Points.Count > 0 || !run.IsFinished || run.Failure is not null)
            && !ListNames.HasControls(run.Failure ?? string.Empty);
    }

    public JsonObject ToJson() => (JsonObject)JsonSerializer.SerializeToNode(this, RunFolder.Json)!;

    /// <summary>Returns the run of a recipe; a new one gets the steps that fit into the time, a whole number of evaluations.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="minutes">The time of training.</param>
    /// <param name="seed">The seed.</param>
    public RecipeRun GetRun(Recipe recipe, double minutes, int seed)
    {
        var run = Runs.Find(run => run.Recipe == recipe.Name && run.Minutes == minutes && run.Seed == seed);
        if (run is null)
        {
            var evaluations = recipe.Settings.Evaluations;
            var slices = (long)(60 * minutes / recipe.SecondsPerStep / evaluations);
            Runs.Add(run = new RecipeRun { Recipe = recipe.Name, Minutes = minutes, Seed = seed, Steps = Math.Max(1, slices) * evaluations });
        }

        return run;
    }

    /// <summary>Orders recipes by their finished runs, the best first: by exact answers after most segments, then by right cells.</summary>
    /// <param name="recipes">The recipes.</param>
    /// <param name="runs">The runs; those that are not finished are left out.</param>
    public static IReadOnlyList<Recipe> Rank(IEnumerable<Recipe> recipes, IReadOnlyCollection<RecipeRun> runs)
    {
        return [.. recipes.OrderByDescending(recipe => MeanOf(recipe, point => point.Exact[ListNames.All][^1])).ThenByDescending(recipe => MeanOf(recipe, point => point.Cells))];

        // A run that failed counts as nothing solved.
        double MeanOf(Recipe recipe, Func<RunPoint, double> value)
            => runs.Where(run => run.IsFinished && run.Recipe == recipe.Name)
                .Select(run => run is { Failure: null, Points: [.., var last] } ? value(last) : 0)
                .DefaultIfEmpty()
                .Average();
    }
}

/// <summary>Settings that are compared.</summary>
/// <param name="Name">The name of the file, without its extension.</param>
/// <param name="SecondsPerStep">The measured time per step, by the clock of the comparison.</param>
/// <param name="Settings">All settings, those of the preset included.</param>
internal sealed record Recipe(string Name, double SecondsPerStep, RunSettings Settings)
{
    /// <summary>Returns whether a text can be a name, which is a part of the names of folders.</summary>
    public static bool IsName(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}

/// <summary>A training of a recipe.</summary>
internal sealed record RecipeRun
{
    public required string Recipe { get; init; }

    /// <summary>The time that the steps were computed for.</summary>
    public required double Minutes { get; init; }

    public required int Seed { get; init; }

    /// <summary>The number of steps, at whose end the schedule of the learning rate ends.</summary>
    public required long Steps { get; init; }

    public bool IsFinished { get; set; }

    /// <summary>The reason why the run ended early, if it failed.</summary>
    public string? Failure { get; set; }

    /// <summary>The evaluations, in the order of their steps.</summary>
    public List<RunPoint> Points { get; init; } = [];

    /// <summary>Adds an evaluation; replaces that of a process that was killed before its checkpoint.</summary>
    public void Add(RunPoint point)
    {
        Points.RemoveAll(other => other.Step >= point.Step);
        Points.Add(point);
    }
}

/// <summary>An evaluation of a run on the validation puzzles.</summary>
/// <param name="Step">The number of steps taken.</param>
/// <param name="Rows">The number of rows seen: steps times batch, each one segment of one puzzle.</param>
/// <param name="Minutes">The time of these steps, by the clock of the comparison.</param>
/// <param name="Cells">The fraction of right tokens after most segments.</param>
/// <param name="Exact">The fraction of exact answers after each of <see cref="Depths"/>, of all puzzles and per source list.</param>
internal sealed record RunPoint(long Step, long Rows, double Minutes, double Cells, SortedDictionary<string, double[]> Exact)
{
    /// <summary>The numbers of segments that an evaluation reports.</summary>
    public static IReadOnlyList<int> Depths { get; } = [8, 16, 64];
}
