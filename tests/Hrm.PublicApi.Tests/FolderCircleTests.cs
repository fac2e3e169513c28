using System.Text.RegularExpressions;
using Hrm.TestKit;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit.Abstractions;

namespace Hrm.PublicApi.Tests;

/// <summary>Folders of a project form layers: no two of them use each other, directly or by way of others.</summary>
public sealed partial class FolderCircleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("src/Hrm.Runtime", "Hrm.Runtime")]
    [InlineData("src/Hrm.Layers", "Hrm.Layers")]
    [InlineData("src/Hrm.Core", "Hrm.Core")]
    [InlineData("src/Hrm.Training", "Hrm.Training")]
    [InlineData("src/Hrm.Puzzles", "Hrm.Puzzles")]
    [InlineData("src/Hrm.PyTorch", "Hrm.PyTorch")]
    [InlineData("tools/hrm", "hrm")]
    public void No_circle_between_folders(string project, string assembly)
    {
        var folders = FoldersOfTypes(RepositoryFolder.Combine(project));
        using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"));
        var uses = new Dictionary<string, SortedSet<string>>();
        var examples = new Dictionary<(string, string), string>();
        foreach (var type in module.GetTypes().Where(type => FolderOf(type) is not null))
        {
            var folder = FolderOf(type)!;
            foreach (var used in TypesUsedBy(type).Select(reference => (reference, Folder: FolderOf(reference))).Where(used => used.Folder is not null && used.Folder != folder))
            {
                (uses.TryGetValue(folder, out var targets) ? targets : uses[folder] = []).Add(used.Folder!);
                examples.TryAdd((folder, used.Folder!), $"{type.Name} → {used.reference.Name}");
            }
        }

        foreach (var (folder, targets) in uses.OrderBy(pair => pair.Key))
        {
            output.WriteLine($"{folder} → {string.Join(", ", targets)}");
        }

        var circles = uses.Keys
            .SelectMany(folder => uses[folder].Where(target => Reaches(target, folder)).Select(target => $"{folder} → {target} ({examples[(folder, target)]})"))
            .ToArray();
        string.Join("; ", circles).Should().BeEmpty();

        string? FolderOf(TypeReference type)
        {
            var outer = type.GetElementType();
            while (outer.DeclaringType is { } declaring)
            {
                outer = declaring;
            }

            return outer.Scope is ModuleDefinition || outer.Scope.Name == module.Assembly.Name.Name || outer.Scope == module
                ? folders.GetValueOrDefault(outer.Name.Split('`')[0])
                : null;
        }

        bool Reaches(string from, string to)
        {
            var (seen, open) = (new HashSet<string> { from }, new Queue<string>([from]));
            while (open.TryDequeue(out var folder))
            {
                if (folder == to)
                {
                    return true;
                }

                foreach (var next in uses.GetValueOrDefault(folder, []).Where(seen.Add))
                {
                    open.Enqueue(next);
                }
            }

            return false;
        }
    }

    /// <summary>The folder of each type of a project by its name, as the sources declare it; "." is the project's own.</summary>
    private static Dictionary<string, string> FoldersOfTypes(string project)
    {
        var folders = new Dictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(project, Path.GetDirectoryName(file)!).Replace('\\', '/');
            if (folder.Split('/')[0] is not ("bin" or "obj"))
            {
                foreach (Match declaration in TypeDeclaration().Matches(File.ReadAllText(file)))
                {
                    folders[declaration.Groups["name"].Value] = folder;
                }
            }
        }

        return folders;
    }

    private static HashSet<TypeReference> TypesUsedBy(TypeDefinition type)
    {
        var used = new HashSet<TypeReference>();
        Add(type.BaseType);
        foreach (var implemented in type.Interfaces)
        {
            Add(implemented.InterfaceType);
        }

        foreach (var parameter in type.GenericParameters.SelectMany(parameter => parameter.Constraints))
        {
            Add(parameter.ConstraintType);
        }

        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
        }

        foreach (var method in type.Methods)
        {
            AddMethod(method);
            foreach (var local in method.HasBody ? method.Body.Variables : [])
            {
                Add(local.VariableType);
            }

            foreach (var instruction in method.HasBody ? method.Body.Instructions : [])
            {
                AddOperand(instruction);
            }
        }

        return used;

        void AddOperand(Instruction instruction)
        {
            switch (instruction.Operand)
            {
                case TypeReference reference:
                    Add(reference);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
                case MethodReference called:
                    AddMethod(called);
                    break;
            }
        }

        void AddMethod(MethodReference method)
        {
            Add(method.DeclaringType);
            Add(method.ReturnType);
            foreach (var parameter in method.Parameters)
            {
                Add(parameter.ParameterType);
            }

            foreach (var argument in (method as GenericInstanceMethod)?.GenericArguments ?? [])
            {
                Add(argument);
            }
        }

        void Add(TypeReference? reference)
        {
            foreach (var argument in (reference as GenericInstanceType)?.GenericArguments ?? [])
            {
                Add(argument);
            }

            if (reference?.GetElementType() is { IsGenericParameter: false } element)
            {
                used.Add(element);
            }
        }
    }

    [GeneratedRegex(@"^(?:\w+ )*(?:class|struct|interface|enum|record|record struct|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
