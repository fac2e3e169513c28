namespace Hrm.PackageCheck;

/// <summary>The expected contents and dependencies of a package.</summary>
/// <param name="Id">Its name, which is that of its assembly, if it has one.</param>
/// <param name="Dependencies">Version ranges by package; <c>SAME</c> is exactly the version of this package.</param>
/// <param name="Files">Files besides those that each package has.</param>
internal sealed record ExpectedPackage(string Id, IReadOnlyDictionary<string, string> Dependencies, IReadOnlyList<string> Files)
{
    private const string Extensions = "10.0.0";
    private const string Same = "[SAME]";

    public static readonly IReadOnlyList<ExpectedPackage> All =
    [
        new(
            "Hrm.Runtime",
            new Dictionary<string, string> { ["TorchSharp"] = "[0.107.0, 0.108.0)" },
            ["buildTransitive/Hrm.Runtime.targets", "buildTransitive/HrmTorchRuntime.cs"]),
        new("Hrm.Layers", new Dictionary<string, string> { ["Hrm.Runtime"] = Same }, []),
        new(
            "Hrm.Core",
            new Dictionary<string, string>
            {
                ["Hrm.Layers"] = Same,
                ["Microsoft.Extensions.Configuration.Binder"] = Extensions,
                ["Microsoft.Extensions.Diagnostics.HealthChecks"] = Extensions,
                ["Microsoft.Extensions.Hosting.Abstractions"] = Extensions,
                ["Microsoft.Extensions.Logging.Abstractions"] = Extensions,
                ["Microsoft.Extensions.Options.ConfigurationExtensions"] = Extensions,
            },
            []),
        new(
            "Hrm.Training",
            new Dictionary<string, string>
            {
                ["Hrm.Core"] = Same,
                ["Microsoft.Extensions.Configuration.Binder"] = Extensions,
                ["Microsoft.Extensions.Hosting.Abstractions"] = Extensions,
                ["Microsoft.Extensions.Logging.Abstractions"] = Extensions,
                ["Microsoft.Extensions.Options.ConfigurationExtensions"] = Extensions,
            },
            []),
        new("Hrm.PyTorch", new Dictionary<string, string> { ["Hrm.Core"] = Same, ["System.IO.Hashing"] = Extensions, ["YamlDotNet"] = "18.1.0" }, []),
        new("Hrm.Puzzles", new Dictionary<string, string> { ["Hrm.Core"] = Same }, []),
        new(
            "Hrm.Templates",
            new Dictionary<string, string>(),
            ["content/hrm-task/.template.config/template.json", "content/hrm-task/OwnTask.csproj", "content/hrm-task/Program.cs", "content/hrm-task/SortingTask.cs"])
        {
            IsTemplate = true,
        },
    ];

    /// <summary>Whether it is a package for <c>dotnet new</c>, without assembly and symbols.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>The files of the package itself, without those that its container needs.</summary>
    public IEnumerable<string> AllFiles =>
        [$"{Id}.nuspec", "README.md", "LICENSE", "THIRD-PARTY-NOTICES.md", .. IsTemplate ? [] : (string[])[$"lib/net10.0/{Id}.dll", $"lib/net10.0/{Id}.xml"], .. Files];

    /// <summary>The files of the package of symbols.</summary>
    public IEnumerable<string> SymbolFiles => [$"{Id}.nuspec", $"lib/net10.0/{Id}.pdb"];

    /// <summary>The dependencies of a version.</summary>
    public IEnumerable<string> DependenciesOf(string version) => Dependencies.Select(entry => $"{entry.Key} {entry.Value.Replace("SAME", version, StringComparison.Ordinal)}");
}
