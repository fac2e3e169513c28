using System.CommandLine;
using System.Globalization;
using Hrm.Samples.QuickStart;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new QuickStartOptions();
var root = new RootCommand("Trains a 4×4 Sudoku model by the paper's algorithm, and shows it think.") { SolveCommand.Create(options) };
options.AddTo(root);
root.SetAction(result => TrainCommand.Run(options.Device(result), options.Dtype(result)));
return root.Parse(args).Invoke();
