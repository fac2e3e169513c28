using System.Net;

namespace Hrm.Samples.SolverService;

/// <summary>The arguments of the program: options with a value each, by a short name or by a key of the configuration.</summary>
internal static class ServiceArguments
{
    public const string Help = """
        Serves a Sudoku or maze model behind HTTP and a page.

        Options:
          --model FOLDER     The folder of the model, or the name of one that comes with the samples: sudoku-9x9 (default) or maze-30x30.
          --urls ADDRESS     Where to listen, for instance http://127.0.0.1:8080; several are separated by semicolons.
          --device DEVICE    Where to compute: cpu, cuda:0, …
          --dtype DTYPE      The dtype to compute in: float32 or bfloat16.
          --tf32 true        Let CUDA round the factors of float32 products to TensorFloat-32.
          --SECTION:KEY VALUE
                             A key of the configuration's sections Solver, Thinking, Torch, Logging and Kestrel, for instance --Thinking:Evaluations 100.
          --HOSTKEY VALUE    A key of the host: environment, http_ports, https_ports or AllowedHosts.
          --help             Show this text.

        Exit codes: 0 stopped as asked; 1 the model or the address cannot be used; 2 the options are not valid, or name a folder or device that is not there.
        """;

    private static readonly string[] Sections = ["Solver", "Thinking", "Torch", "Logging", "Kestrel"];
    private static readonly string[] HostKeys = ["urls", "environment", "http_ports", "https_ports", "AllowedHosts"];

    /// <summary>The keys of the configuration that the short names stand for.</summary>
    public static Dictionary<string, string> Switches { get; } = new()
    {
        ["--model"] = "Solver:Folder",
        ["--device"] = "Solver:Device",
        ["--dtype"] = "Solver:ForwardDtype",
        ["--tf32"] = "Torch:AllowTensorFloat32",
    };

    /// <summary>Whether the text of the help is asked for.</summary>
    public static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");

    /// <summary>Refuses what the configuration would leave out without a word.</summary>
    /// <exception cref="ArgumentException">An option is unknown, or has no value.</exception>
    public static void Check(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var split = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = split < 0 ? args[i] : args[i][..split];
            if (!IsKnown(name))
            {
                throw new ArgumentException($"{name}: expected an option of this program; --help lists the options.");
            }

            var value = split >= 0 ? args[i][(split + 1)..] : ++i < args.Length ? args[i] : string.Empty;
            if (value.Length == 0 || value.StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"{name}: expected a value, got {(value.Length == 0 ? "nothing" : value)}.");
            }
        }
    }

    /// <summary>Refuses addresses that the server cannot listen on.</summary>
    /// <exception cref="ArgumentException">An address is not valid.</exception>
    public static void CheckAddresses(string? addresses)
    {
        foreach (var address in (addresses ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (BindingAddress.Parse(address).Port <= IPEndPoint.MaxPort)
                {
                    continue;
                }
            }
            catch (FormatException)
            {
                // As below.
            }

            throw new ArgumentException($"--urls: expected addresses such as http://127.0.0.1:8080, with a port of at most {IPEndPoint.MaxPort}, got '{address}'.");
        }
    }

    private static bool IsKnown(string name)
        => name.StartsWith("--", StringComparison.Ordinal)
            && (Switches.ContainsKey(name)
                || HostKeys.Contains(name[2..], StringComparer.OrdinalIgnoreCase)
                || (name.Contains(':', StringComparison.Ordinal) && Sections.Contains(name[2..].Split(':')[0], StringComparer.OrdinalIgnoreCase)));
}
