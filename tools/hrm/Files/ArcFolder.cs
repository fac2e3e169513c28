using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>Finds the folder whose folders hold ARC tasks: a repository has it below its root, its archive one deeper.</summary>
internal static class ArcFolder
{
    private const int DeepestLevel = 4;

    private static readonly string[] Names = ["data", "corpus"];

    // A link could lead out of the folder, or around in it.
    private static readonly EnumerationOptions WithoutLinks = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };

    public static string Find(string source)
    {
        var folder = source;
        for (var level = 0; level < DeepestLevel && Directory.Exists(folder); level++)
        {
            // A repository has other folders of tasks beside the one that counts: ConceptARC its minimal ones.
            var children = Directory.EnumerateDirectories(folder, "*", WithoutLinks).Take(ArcTaskFile.MaximumFiles + 1).Order(StringComparer.Ordinal).ToArray();
            if (children.Length > ArcTaskFile.MaximumFiles)
            {
                throw new LabException($"--source: {source}: expected at most {ArcTaskFile.MaximumFiles} folders in {folder}, got more.");
            }

            if (children.FirstOrDefault(child => Names.Contains(Path.GetFileName(child))) is { } named)
            {
                folder = named;
                continue;
            }

            if (children.Any(child => Directory.EnumerateFiles(child, "*.json").Any()))
            {
                return folder;
            }

            folder = children.Length == 1 ? children[0] : string.Empty;
        }

        throw new LabException($"--source: {source}: expected a folder with folders of ARC tasks (*.json), or one with `data` or `corpus` in it.");
    }
}
