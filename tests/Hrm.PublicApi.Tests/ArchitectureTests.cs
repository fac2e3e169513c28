using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Hrm.Core;
using Hrm.Layers;
using Hrm.Puzzles;
using Hrm.PyTorch;
using Hrm.Runtime;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

/// <summary>The rules of the house that the compiler does not know (ARCHITECTURE.md).</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly[] Packages =
    [
        typeof(TorchRuntime).Assembly,
        typeof(CastedLinear).Assembly,
        typeof(HrmModel).Assembly,
        typeof(HrmTrainer).Assembly,
        typeof(AuthorsCheckpoint).Assembly,
        typeof(SudokuGrid).Assembly,
    ];

    /// <summary>What each package may reference, besides .NET itself.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Hrm.Runtime"] = ["TorchSharp"],
        ["Hrm.Layers"] = ["Hrm.Runtime", "TorchSharp"],
        ["Hrm.Core"] = ["Hrm.Layers", "Hrm.Runtime", "TorchSharp", "Microsoft.Extensions."],
        ["Hrm.Training"] = ["Hrm.Core", "Hrm.Layers", "Hrm.Runtime", "TorchSharp", "Microsoft.Extensions."],
        ["Hrm.PyTorch"] = ["Hrm.Core", "Hrm.Layers", "Hrm.Runtime", "TorchSharp", "System.IO.Hashing", "YamlDotNet"],
        ["Hrm.Puzzles"] = ["Hrm.Core", "Hrm.Layers", "Hrm.Runtime", "TorchSharp", "Microsoft.Extensions.Options"],
    };

    public static TheoryData<string> Names => [.. Allowed.Keys];

    [Fact]
    public void Packages_are_those_that_the_design_names()
        => Packages.Select(package => package.GetName().Name).Should().Equal(Allowed.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void References_never_point_back(string name)
        => Package(name).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => !IsFramework(reference) && !Allowed[name].Any(allowed => Covers(allowed, reference)))
            .Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Trimmed_applications_keep_the_fields_of_modules(string name)
    {
        // TorchSharp finds weights by reflection over them.
        const BindingFlags Fields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        using var descriptor = Package(name).GetManifestResourceStream("ILLink.Descriptors.xml");
        var kept = descriptor is null ? [] : XDocument.Load(descriptor).Descendants("type").Select(type => type.Attribute("fullname")!.Value);
        kept.Should().BeEquivalentTo(Package(name).GetTypes()
            .Where(type => type.IsAssignableTo(typeof(torch.nn.Module)) && type.GetFields(Fields).Length > 0)
            .Select(type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Exceptions_have_one_root_and_are_sealed(string name)
        => Package(name).GetTypes()
            .Where(type => type.IsVisible && type.IsAssignableTo(typeof(Exception)))
            .Where(type => !type.IsAssignableTo(typeof(HrmException)) || !(type.IsSealed || type.IsAbstract))
            .Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Public_classes_are_sealed_unless_they_are_meant_to_be_derived_from(string name)
        => Package(name).GetExportedTypes()
            .Where(type => type.IsClass && !(type.IsSealed || type.IsAbstract) && !Array.Exists(Package(name).GetTypes(), derived => derived.BaseType == type))
            .Should().BeEmpty();

    /// <summary>Two models live side by side in a process: nothing that changes may be shared.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void No_static_field_can_be_assigned(string name)
        => Package(name).GetTypes()
            .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && !field.IsInitOnly && field.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
            .Select(field => $"{field.DeclaringType}.{field.Name}")
            .Should().BeEmpty();

    /// <summary>A project uses another one by reference, never by compiling its files.</summary>
    [Fact]
    public void No_project_compiles_a_file_outside_its_own_folder()
        => ((string[])["*.csproj", "*.props", "*.targets"])
            .SelectMany(pattern => Directory.EnumerateFiles(RepositoryFolder.Root, pattern, SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => XDocument.Load(file).Descendants()
                .Where(item => item.Name.LocalName == "Compile" && (item.Attribute("Include")?.Value ?? string.Empty).Contains("..", StringComparison.Ordinal))
                .Select(item => $"{file}: {item}"))
            .Should().BeEmpty();

    private static Assembly Package(string name) => Packages.Single(package => package.GetName().Name == name);

    /// <summary>A name that ends with a dot stands for all that begin with it.</summary>
    private static bool Covers(string allowed, string reference)
        => allowed.EndsWith('.') ? reference.StartsWith(allowed, StringComparison.Ordinal) : reference == allowed;

    /// <summary>.NET's own assemblies stand in the folder of its runtime.</summary>
    private static bool IsFramework(string reference)
        => File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), $"{reference}.dll"));
}
