package main
import ("context";"fmt";"os";"time";"tranche/pipeline";"tranche/pipeline/config")
func main(){
 c,err:=config.Read(os.Args[1]); if err!=nil{fmt.Println(err);os.Exit(2)}
 s,err:=pipeline.Run(context.Background(),pipeline.Options{Config:c,Now:time.Now(),Program:"tranche dev",Stage:func(s pipeline.Stage){fmt.Println(s.Name,s.Took,s.Facts)}})
 if err!=nil{fmt.Println(err);os.Exit(1)}
 for _,f:=range s.Feeds{fmt.Printf("%+v\n",f)}
 for _,f:=range s.Modules{fmt.Printf("%+v\n",f)}
 fmt.Println(s.Refused,s.Held)
}
