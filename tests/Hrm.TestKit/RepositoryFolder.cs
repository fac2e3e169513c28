namespace Hrm.TestKit;

/// <summary>The folder of the repository, found from the folder of the tests.</summary>
public static class RepositoryFolder
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>An absolute path below the root.</summary>
    public static string Combine(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hrm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {start} holds Hrm.sln.");
    }
}
