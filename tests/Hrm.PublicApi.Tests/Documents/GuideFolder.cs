using System.Reflection;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>Runs the code of a guide in a temporary current directory, for its relative paths.</summary>
public abstract class GuideFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    private protected GuideFolder()
    {
        Environment.CurrentDirectory = _folder.Path;
    }

    /// <summary>Runs a sample in this process and folder, and returns the lines that it prints.</summary>
    private protected static string[] Run(Assembly sample)
    {
        var before = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            sample.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
            return output.ToString().TrimEnd().Split(Environment.NewLine);
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
