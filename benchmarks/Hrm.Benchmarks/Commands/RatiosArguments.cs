using Hrm.Benchmarks.Numbers;

namespace Hrm.Benchmarks.Commands;

/// <summary>The command line of <c>ratios</c>.</summary>
/// <param name="Settings">How thoroughly.</param>
/// <param name="Only">The sections to measure; empty for all.</param>
internal sealed record RatiosArguments(NumberSettings Settings, IReadOnlyList<string> Only)
{
    /// <summary>Reads the arguments; <paramref name="error"/> names the first that is wrong.</summary>
    public static RatiosArguments? Parse(IReadOnlyList<string> arguments, out string? error)
    {
        var (isQuick, model, only) = (false, (string?)null, new List<string>());
        error = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    isQuick = true;
                    break;
                case "--model" when i + 1 < arguments.Count && Directory.Exists(arguments[i + 1]):
                    model = arguments[++i];
                    break;
                case "--only" when i + 1 < arguments.Count && RatiosCommand.HasSection(arguments[i + 1]):
                    only.Add(arguments[++i]);
                    break;
                case "--model":
                    error = "--model: expected the folder of a trained model after it";
                    return null;
                case "--only":
                    error = $"--only: expected one of {RatiosCommand.SectionNames} after it";
                    return null;
                default:
                    error = $"expected --quick, --model FOLDER or --only SECTION, got '{arguments[i]}'";
                    return null;
            }
        }

        return new RatiosArguments(new NumberSettings(isQuick, model), only);
    }
}
